// A builder with prepare-dependencies: each word of deps.txt is a dependency that takes a file to install.
export const REPOSITORY = "sti-e2e-dependencies";

const PREPARE_DEPENDENCIES = `#!/bin/sh
set -e
mkdir -p /srv/deps
cat /tmp/src/patches/* /tmp/src/.depsrc > /srv/deps/.settings 2>/dev/null || true
for name in $(cat /tmp/src/deps.txt); do
  case $name in needs:*) [ -e "/tmp/src/\${name#needs:}" ] || { echo "no \${name#needs:}" >&2; exit 4; } ;; esac
  echo "installing $name"
  echo "$name" > "/srv/deps/$name"
done
`;

const PREPARE = `#!/bin/sh
set -e
mkdir -p /srv/app
ls /srv/deps > /srv/app/deps 2>/dev/null || true
cp -r /tmp/src/. /srv/app/
case "$(cat /tmp/src/src/page)" in
  fail) exit 3 ;;
  kill) echo waiting; sleep 30 ;;
esac
if [ -d /tmp/build ]; then cp -r /tmp/src/. /tmp/build/; fi
`;

const INPUTS = 'LABEL sti.dependencies.inputs="deps.txt .depsrc patches"\n';
const COPY = "FROM debian:bookworm-slim\nCOPY prepare-dependencies prepare run /usr/bin/\n";

export const BUILDER = {
  "builder/Dockerfile": `${COPY}RUN mkdir /srv/deps /srv/app && chown -R 1001:7 /srv\n${INPUTS}USER 1001:7\n`,
  "builder/prepare-dependencies": PREPARE_DEPENDENCIES,
  "builder/prepare": PREPARE,
  "builder/run": "#!/bin/sh\ncat /srv/app/src/page /srv/app/deps\n",
  "runtime/Dockerfile": `${COPY}${INPUTS}`,
  "runtime/prepare-dependencies": PREPARE_DEPENDENCIES,
  "runtime/prepare": "#!/bin/sh\nset -e\nmkdir -p /srv/site\ncp -r /tmp/src/. /srv/site/\n",
  "runtime/run": "#!/bin/sh\ncat /srv/site/src/page\n",
};

export const SOURCE = {
  "web/deps.txt": "left\n",
  "web/patches/a": "patch",
  "web/src/page": "one",
};

/** Makes keys of layers that no other test has; nothing that needs one is in the engine's build cache. */
export const uniqueInput = (id: string) => ({ "web/patches/unique": id });

export const BUILDERS = ["builder", "runtime"].map((name) => `${REPOSITORY}/${name}:latest`);

export function configOf(apps: Record<string, Record<string, unknown>>): string {
  return JSON.stringify({
    images: {
      builder: { context: "builder", tag: `${REPOSITORY}/builder` },
      runtime: { context: "runtime", tag: `${REPOSITORY}/runtime` },
    },
    apps: Object.fromEntries(
      Object.entries(apps).map(([name, app]) => [
        name,
        { source: "web", buildImage: { target: "builder" }, tag: `${REPOSITORY}/${name}`, ...app },
      ]),
    ),
  });
}
