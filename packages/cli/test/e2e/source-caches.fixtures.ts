// The project of the tests of source caches, and edits to it.
import { chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { imageFolder } from "@sti/testing/e2e";
import type { Workspace } from "@sti/testing/workspace";

/** Says all that it finds, then does to its source what scripts do to theirs. */
const PREPARE = `#!/bin/sh
set -e
if [ -e /tmp/src/wait ]; then echo waiting; while [ ! -e /run/stop ]; do sleep 0.1; done; fi
cd /tmp/src
find . -printf '%p|%y|%#m|%U:%G|%T@|%l\\n' | LC_ALL=C sort | sed 's/^/tree /'
find . -type f -exec sha256sum {} + | LC_ALL=C sort -k 2 | sed 's/^/tree /'
echo "secret $(cat /run/secrets/token 2>/dev/null)"
echo "incremental $STI_INCREMENTAL $(cat /tmp/artifacts/kept 2>/dev/null)"
[ ! -e fail ]
for file in many/*/1; do echo more >> "$file"; done
rm -r many/3; mkdir many/3; echo new > many/3/other; perl -e 'rename("many/4", "moved") or die'; mv many/10 moved/ten; chmod 700 many/5; ln -sfn nowhere made
touch many/6/2
mkdir -p /srv/app; cp text /srv/app/text
if [ -d /tmp/build ]; then cp text /tmp/build/text; fi
`;

/** Files of a project with a builder, a runtime and a source of more than 600 files. */
export const FILES = {
  ...imageFolder(
    "builder",
    {
      prepare: PREPARE,
      run: "#!/bin/sh\ncat /srv/app/text\n",
      "save-artifacts": "#!/bin/sh\necho artifact > /tmp/artifacts/kept\n",
    },
    { after: "RUN mkdir /srv/app && chown -R 1001:7 /srv\nUSER 1001:7\n" },
  ),
  ...imageFolder("runtime", {
    prepare: "#!/bin/sh\nmkdir -p /srv/app; cp /tmp/src/text /srv/app/text\n",
    run: "#!/bin/sh\ncat /srv/app/text\n",
  }),
  "app/text": "one",
  "app/.dockerignore": "ignored\n",
  "app/ignored": "",
  ...Object.fromEntries(
    Array.from({ length: 640 }, (_, index) => [
      `app/many/${index % 32}/${Math.floor(index / 32)}`,
      `${index}`,
    ]),
  ),
};

/** Each is made to the same project, one after the other. */
export const EDITS: readonly (readonly [string, (project: Workspace) => Promise<unknown>])[] = [
  ["an edited file", (project) => project.write({ "app/text": "two" })],
  [
    "a deleted file and a deleted folder",
    async (project) => {
      await project.remove("app/many/0/1");
      await project.remove("app/many/2");
    },
  ],
  [
    "a file with an odd name in a new folder, and an empty folder",
    async (project) => {
      await project.write({ "app/new/it's -odd\n$(name) é": "odd", "app/new/-rf": "x" });
      await mkdir(join(project.folder, "app/empty/below"), { recursive: true });
    },
  ],
  [
    "a file that became a folder, and a folder that became a file",
    async (project) => {
      await project.remove("app/many/0/2");
      await project.write({ "app/many/0/2/inner": "x" });
      await project.remove("app/many/7");
      await project.write({ "app/many/7": "file" });
    },
  ],
  [
    "links: a new one, one that leads out, one in place of a folder",
    async (project) => {
      await symlink("text", join(project.folder, "app/link"));
      await symlink("../../../etc/passwd", join(project.folder, "app/out"));
      await project.remove("app/many/8");
      await symlink("0", join(project.folder, "app/many/8"));
    },
  ],
  [
    "an x-bit, and a file that is ignored",
    async (project) => {
      await chmod(join(project.folder, "app/many/0/3"), 0o755);
      await project.write({ "app/ignored": "changed" });
    },
  ],
  [
    "a folder with the same name and other files, and odd names that go",
    async (project) => {
      await project.remove("app/many/9");
      await project.write({ "app/many/9/other": "x", "app/many/9/5": "5" });
      await project.remove("app/new/it's -odd\n$(name) é");
      await project.remove("app/new/-rf");
      await project.remove("app/link");
    },
  ],
];

/** Scripts that change a source cache, which is at /x. */
export const TAMPERINGS: readonly (readonly [string, string])[] = [
  ["a line was added", "echo more >> /x/tree/many/1/1"],
  [
    "a file was edited and given its time back",
    "cp -p /x/tree/text /t; echo evil > /x/tree/text; touch -r /t /x/tree/text",
  ],
  ["a file was removed", "rm /x/tree/many/1/1"],
  ["a file was added", "touch -d @1 /x/tree/many/1/more"],
  ["everything has another owner", "chown -R 5:5 /x"],
  ["it was emptied", "rm -r /x/tree"],
];
