// Look-alikes of s2i builder images: labels, scripts and habits of those for Node and PHP.
import { randomUUID } from "node:crypto";

export const S2I = "io.openshift.s2i";

/** A builder image with its scripts in /usr/libexec/s2i. */
export function builder(
  folder: string,
  scripts: Readonly<Record<string, string>>,
  more = "",
): Record<string, string> {
  const files = Object.entries(scripts).map(([name, text]) => [`${folder}/${name}`, `#!/bin/bash\n${text}`]);
  return {
    [`${folder}/Dockerfile`]: [
      "FROM debian:bookworm-slim",
      `LABEL ${S2I}.scripts-url=image:///usr/libexec/s2i io.k8s.display-name=Builder`,
      `COPY ${Object.keys(scripts).join(" ")} /usr/libexec/s2i/`,
      // Nothing of a test may be in the engine's build cache: output of scripts is asserted.
      "COPY unique /",
      "RUN mkdir -p /opt/app-root/src && chown -R 1001:0 /opt/app-root && chmod -R g=u /opt/app-root",
      "RUN printf '#!/bin/sh\\nexec \"$@\"\\n' > /usr/bin/container-entrypoint && chmod 755 /usr/bin/container-entrypoint",
      "ENV HOME=/opt/app-root/src STI_SCRIPTS_PATH=/usr/libexec/s2i",
      "WORKDIR /opt/app-root/src",
      'ENTRYPOINT ["container-entrypoint"]',
      'CMD ["/usr/libexec/s2i/usage"]',
      "USER 1001",
      `${more}\n`,
    ].join("\n"),
    [`${folder}/unique`]: randomUUID(),
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
export const SAVE = "cd $HOME && tar cf - node_modules\nhead -c 3000000 /dev/zero\n";
export const RUN =
  'echo "started by $(id -u) mode=$MODE links=$(stat -c %h node_modules/a/one 2>/dev/null)"\nexec cat /opt/app-root/src/text\n';
export const USAGE = "echo this is a builder\n";
export const NODE = { assemble: ASSEMBLE, run: RUN, "save-artifacts": SAVE, usage: USAGE };

/** PHP's takes any folder of artifacts for a filled one. */
export const PHP_ASSEMBLE = `set -e
if [ -d /tmp/artifacts ] && [ "$(ls -a /tmp/artifacts/ 2>/dev/null)" ]; then echo restored; mv /tmp/artifacts/* ./; fi
cp -r /tmp/src/. ./
mkdir -p vendor && head -c 90000 /dev/zero > vendor/x
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
