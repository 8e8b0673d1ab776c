// Look-alikes of s2i builder images: the scripts, labels and variables of those for Node, and their common base.
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "@sti/testing/engine-api";

export const S2I = "io.openshift.s2i";

export interface BuilderParts {
  /** Lines of its Dockerfile, as root. */
  readonly lines?: readonly string[];
  /** The line that names the place of the scripts. */
  readonly location?: string;
}

/** The folder of a builder image with its scripts in /usr/libexec/s2i. */
export function builder(
  folder: string,
  scripts: Readonly<Record<string, string>>,
  { lines = [], location = `LABEL ${S2I}.scripts-url=image:///usr/libexec/s2i` }: BuilderParts = {},
): Record<string, string> {
  const files = Object.entries(scripts).map(([name, text]) => [`${folder}/${name}`, `#!/bin/bash\n${text}`]);
  return {
    [`${folder}/Dockerfile`]: [
      "FROM debian:bookworm-slim",
      `${location}\nLABEL io.k8s.display-name=Builder`,
      `COPY ${Object.keys(scripts).join(" ")} /usr/libexec/s2i/`,
      "RUN echo default:x:1001:0::/opt/app-root/src:/sbin/nologin >> /etc/passwd",
      "RUN printf '#!/bin/sh\\nexec \"$@\"\\n' > /usr/bin/container-entrypoint && chmod 755 /usr/bin/container-entrypoint",
      "ENV HOME=/opt/app-root/src STI_SCRIPTS_PATH=/usr/libexec/s2i",
      "WORKDIR /opt/app-root/src",
      ...lines,
      "RUN chown -R 1001:0 /opt/app-root && chmod -R g=u /opt/app-root",
      'ENTRYPOINT ["container-entrypoint"]',
      'CMD ["/usr/libexec/s2i/usage"]',
      "USER 1001\n",
    ].join("\n"),
    ...Object.fromEntries(files),
  };
}

export const ASSEMBLE = `set -e
shopt -s dotglob
if [ "$(ls -A /tmp/artifacts/ 2>/dev/null)" ]; then echo "restored $(cd /tmp/artifacts; echo *)"; mv /tmp/artifacts/* ./; fi
mv /tmp/src/* ./
echo "mode=$MODE user=$(id -u) owner=$(stat -c %u:%g /tmp/src)"
mkdir -p node_modules/a
[ -e node_modules/a/one ] || { echo made; echo one > node_modules/a/one; ln node_modules/a/one node_modules/a/two; ln -s one node_modules/a/link; }
`;
/** Takes one of two folders of artifacts, and prints whether that was a copy: a move within a file system keeps the inode. */
export const MOVES_ONE = `#!/bin/bash
set -e
names=$(cd /tmp/artifacts; echo *)
before=$(stat -c %i /tmp/artifacts/node_modules/a/one)
mv /tmp/artifacts/node_modules ./
after=$(stat -c %i node_modules/a/one)
echo "artifacts: $names, copied: $([ $before = $after ] && echo no || echo yes)"
cp -r /tmp/src/. ./
`;
export const SAVE = "cd $HOME && tar cf - node_modules\nhead -c 3000000 /dev/zero\n";
export const RUN =
  'echo "started by $(id -u) mode=$MODE links=$(stat -c %h node_modules/a/one 2>/dev/null)"\nexec cat /opt/app-root/src/text\n';
export const NODE = {
  assemble: ASSEMBLE,
  run: RUN,
  "save-artifacts": SAVE,
  usage: "echo this is a builder\n",
};

/** PHP's takes any folder of artifacts for a filled one. */
export const PHP_ASSEMBLE = `set -e
if [ -d /tmp/artifacts ] && [ "$(ls -a /tmp/artifacts/ 2>/dev/null)" ]; then echo restored vendor; mv /tmp/artifacts/* ./; fi
cp -r /tmp/src/. ./
[ -d vendor ] || { echo made; mkdir vendor; head -c 90000 /dev/zero > vendor/x; }
`;

/** The body of save-artifacts, the reason for the clean build, and whether it is worth a warning. */
export const UNUSABLE: readonly (readonly [string, string, boolean])[] = [
  ["true", "save-artifacts saved nothing", false],
  ["tar cf - -T /dev/null", "save-artifacts saved nothing", false],
  ["echo Saving; tar cf - vendor", "save-artifacts wrote no whole tar archive", true],
  ["tar cf - vendor | head -c 40000", "save-artifacts wrote no whole tar archive", true],
  ["tar cf - vendor; exit 3", "save-artifacts exited with 3", true],
];

export const SOURCE = {
  "app/text": "one\n",
  "app/.s2i/environment": "# modes\nMODE=source\nOTHER = spaced \n",
};

/** The output of a container of `image`, run as `user` to its end. */
export async function outputOf(endpoint: Endpoint, image: string, user = ""): Promise<string> {
  const created = await callEngine(endpoint, "POST", "/containers/create", {
    Image: image,
    User: user,
    HostConfig: {},
    Tty: true,
  });
  const id = (created.body as { readonly Id: string }).Id;
  try {
    await callEngine(endpoint, "POST", `/containers/${id}/start`);
    await callEngine(endpoint, "POST", `/containers/${id}/wait`);
    const { body } = await callEngine(endpoint, "GET", `/containers/${id}/logs?stdout=1&stderr=1`);
    return String(body).replaceAll("\r", "");
  } finally {
    await callEngine(endpoint, "DELETE", `/containers/${id}?force=1&v=1`);
  }
}
