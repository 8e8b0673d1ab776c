// Two tiny images, made of programs of this machine: a build image, and a runtime image for extended builds.
import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { importImage } from "@sti/testing/import-image";
import { makeTar, type TarFile } from "@sti/testing/make-tar";

export const BUILDER = "sweep-base/builder:1";
export const RUNTIME = "sweep-base/runtime:1";

/** The file of a result that holds its source's content. */
export const CONTENT_FILE = "/srv/content.txt";

const PROGRAMS = ["cat", "cp", "du", "find", "head", "ls", "mkdir", "mv", "rm", "sleep", "stat", "touch"];

const PREPARE = `#!/bin/sh
set -e
echo preparing
sleep 0.3
cp /tmp/src/content.txt ${CONTENT_FILE}
[ ! -d /tmp/build ] || cp /tmp/src/content.txt /tmp/build/content.txt
cp -r /tmp/artifacts/. /srv/artifacts
cp /tmp/src/content.txt /srv/artifacts/last.txt
`;
const DEPLOY = `#!/bin/sh
set -e
echo deploying
cp /tmp/src/content.txt ${CONTENT_FILE}
`;
const SAVE = "#!/bin/sh\ncp -r /srv/artifacts/. /tmp/artifacts/\n";
const RUN = `#!/bin/sh\ncat ${CONTENT_FILE}\n`;

export async function importImages(host: string): Promise<void> {
  const root = rootFiles();
  await importImage(
    { host },
    BUILDER,
    makeTar([...root, ...scripts({ prepare: PREPARE, "save-artifacts": SAVE, run: RUN })]),
  );
  await importImage({ host }, RUNTIME, makeTar([...root, ...scripts({ prepare: DEPLOY, run: RUN })]));
}

function scripts(texts: Readonly<Record<string, string>>): readonly TarFile[] {
  return Object.entries(texts).map(([name, content]) => ({ name: `usr/bin/${name}`, content, mode: 0o755 }));
}

/** A root folder with a shell, a few programs and the libraries that they need. */
function rootFiles(): readonly TarFile[] {
  const programs = ["sh", ...PROGRAMS].map((name) => `/bin/${name}`);
  const libraries = new Set(programs.flatMap((file) => librariesOf(file)));
  const folders = ["bin", "etc", "srv", "srv/artifacts", "tmp", "usr", "usr/bin", "lib", "lib64"];
  return [
    ...folders.map(
      (name): TarFile => ({ name: `${name}/`, type: "5", mode: name === "tmp" ? 0o1777 : 0o755 }),
    ),
    { name: "etc/passwd", content: "root:x:0:0:root:/root:/bin/sh\n" },
    ...[...programs, ...libraries].map(
      (file): TarFile => ({ name: file.slice(1), content: readFileSync(realpathSync(file)), mode: 0o755 }),
    ),
  ];
}

/** Absolute paths, as the program's loader would find them. */
function librariesOf(file: string): readonly string[] {
  const printed = execFileSync("ldd", [realpathSync(file)], { encoding: "utf8" });
  return [...printed.matchAll(/(?:=> |^\s*)(\/\S+) \(0x/gm)].map(([, path]) => path ?? "");
}
