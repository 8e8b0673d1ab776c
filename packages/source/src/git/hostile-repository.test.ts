// Repositories that try everything to have a program run. Each program leaves a file of its own behind; none may be there
// after all calls that read a repository, and all calls have to end.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { cp, rename } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { commitAll, failureOf, git, gitTarget } from "../../test/git-repository.ts";
import { makeFolder } from "../../test/temp-folder.ts";
import { readAffected, readAtCommit, readChanges } from "./read-changes.ts";
import { readCheckouts } from "./read-checkout.ts";

// A test starts dozens of processes.
vi.setConfig({ testTimeout: 60_000 });

const ATTRIBUTES = "* filter=evil diff=evil merge=evil\n";

/** Milliseconds; only for calls that wait for a pipe. */
const PIPE_LIMIT = 1_000;

/** Two commits on main, a branch, and a file that git has to read to compare it; copied for each test. */
let template = "";

beforeAll(() => {
  template = mkdtempSync(join(tmpdir(), "sti-test-hostile-"));
  const write = (path: string, text: string) => {
    mkdirSync(join(template, path, ".."), { recursive: true });
    writeFileSync(join(template, path), text);
  };
  git(template, "init", "-q", "-b", "main");
  write(".gitattributes", ATTRIBUTES);
  write("api/a", "1");
  write("web/w", "1");
  commitAll(template);
  write("api/b", "1");
  commitAll(template);
  git(template, "checkout", "-q", "-b", "topic");
});

afterAll(() => rmSync(template, { recursive: true }));

describe("nothing that a repository names is run", () => {
  test.each(Object.entries(PLANTS))("%s", async (_name, plant) => {
    const ground = await makeGround();
    await plant(ground);
    await readAll(ground.folder);
    await readCheckouts(join(ground.folder, "api"), [join(ground.folder, "api")]);
    expect(ground.ran()).toEqual([]);
    // All that is no repository of this folder is refused, and the rest is read all the same.
    const read = await readChanges({ from: "HEAD", to: undefined }, { directory: ground.folder });
    expect(read.ok).toBe(existsSync(join(ground.git, "HEAD")));
  });

  test("a planted copy of a commit below the state folder runs nothing", async () => {
    const ground = await makeGround();
    const commit = git(ground.folder, "rev-parse", "HEAD");
    const planted = join(ground.folder, ".sti/git", `0123456789abcdef-${commit}`);
    await cp(ground.git, planted, { recursive: true });
    addConfig(join(planted, "config"), commandSettings(ground.program));
    await failureOf(gitTarget(ground.folder, { ref: commit }));
    expect(ground.ran()).toEqual([]);
  });

  test("without that, git itself runs them", async () => {
    const { folder, git: inside, program, ran } = await makeGround();
    const { "filter.evil.clean": clean = "", "core.fsmonitor": monitor = "" } = commandSettings(program);
    addConfig(join(inside, "config"), { "filter.evil.clean": clean, "core.fsmonitor": monitor });
    git(folder, "status");
    expect(ran()).toEqual(expect.arrayContaining(["core.fsmonitor", "filter.evil.clean"]));
  });
});

/** In the place of these files, and of what they would have to be. */
const PIPES = [
  ".git",
  ...["HEAD", "config", "index", "packed-refs", "shallow", "commondir", "refs/heads/topic", "logs/HEAD"].map(
    (name) => `.git/${name}`,
  ),
  ...[
    ".git/info/exclude",
    ".git/FETCH_HEAD",
    ".git/objects/info/alternates",
    ".gitignore",
    "api/.gitattributes",
  ],
  "new/.git",
];

test.each(PIPES)("a pipe as %s lets no call wait", async (path) => {
  const { folder } = await makeGround();
  const file = join(folder, path);
  if (existsSync(file)) rmSync(file, { recursive: true });
  mkdirSync(join(file, ".."), { recursive: true });
  execFileSync("mkfifo", [file]);
  const options = { directory: folder, limit: PIPE_LIMIT };
  const reading = [
    readCheckouts(folder, [folder], options),
    readChanges({ from: "HEAD", to: undefined }, options),
    readAffected("main", { ...options, env: {} }),
  ];
  // That it ends is the test.
  expect(await Promise.allSettled(reading)).toMatchObject(reading.map(() => ({ status: "fulfilled" })));
});

test("a config that is none, a HEAD that names a file and an endless index are refused", async () => {
  for (const [name, text] of [
    ["config", "[core\n"],
    ["HEAD", "ref: ../../etc/passwd\n"],
    ["index", "DIRC"],
  ] as const) {
    const { folder, git: inside } = await makeGround();
    writeFileSync(join(inside, name), text);
    const problems: string[] = [];
    await readCheckouts(folder, [folder], { onProblem: (problem) => problems.push(problem) });
    expect(problems).toHaveLength(1);
  }
});

test("nothing is written into a repository that is read", async () => {
  const { folder, git: inside } = await makeGround();
  appendFileSync(join(folder, "web/w"), "");
  const list = () => readdirSync(inside, { recursive: true }).sort();
  const before = [list(), git(folder, "ls-files", "--debug")];
  await readAll(folder);
  expect([list(), git(folder, "ls-files", "--debug")]).toEqual(before);
});

interface Ground {
  /** The repository. */
  readonly folder: string;
  readonly git: string;
  /** A program; each has another name. */
  readonly program: (name: string) => string;
  /** Names of the programs that ran. */
  readonly ran: () => readonly string[];
}

async function makeGround(): Promise<Ground> {
  const outside = await makeFolder({ ran: { directory: true } });
  const folder = await makeFolder();
  await cp(template, folder, { recursive: true });
  writeFileSync(join(folder, "api/a"), "2");
  return {
    folder,
    git: join(folder, ".git"),
    program: (name) => {
      const file = join(outside, name);
      writeFileSync(file, `#!/bin/sh\ntouch ${join(outside, "ran", name)}\ncat\n`);
      chmodSync(file, 0o755);
      return file;
    },
    ran: () => readdirSync(join(outside, "ran")),
  };
}

/** Everything that reads a repository. Its result does not matter here; only that it ends. */
async function readAll(folder: string): Promise<void> {
  const options = { directory: folder };
  await Promise.all([
    readCheckouts(folder, [folder, join(folder, "api")]),
    readChanges({ from: "HEAD", to: undefined }, options),
    readChanges({ from: "main~1", to: "topic" }, options),
    readAffected(undefined, { ...options, env: {} }),
    readAtCommit("HEAD", [join(folder, "api/a")], options).catch(() => undefined),
    failureOf(gitTarget(folder, { submodules: true })),
  ]);
}

function addConfig(file: string, settings: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(settings)) {
    const [section = "", ...rest] = name.split(".");
    const key = rest.pop() ?? "";
    const header = rest.length === 0 ? section : `${section} "${rest.join(".")}"`;
    appendFileSync(file, `[${header}]\n\t${key} = "${value}"\n`);
  }
}

/** Each value is a program or leads to one. */
function commandSettings(program: Ground["program"]): Readonly<Record<string, string>> {
  const names = [
    ...["core.fsmonitor", "core.sshCommand", "core.askPass", "core.editor", "core.pager", "core.gitProxy"],
    ...["core.alternateRefsCommand", "credential.helper", "credential.https://git.test.helper"],
    ...["diff.external", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver"],
    ...["filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "interactive.diffFilter"],
    ...["gpg.program", "gpg.ssh.program", "gpg.x509.program", "gpg.ssh.defaultKeyCommand"],
    ...["uploadpack.packObjectsHook", "remote.origin.uploadpack", "remote.origin.receivepack"],
    ...["remote.origin.vcs", "remote.origin.proxy", "sequence.editor", "pager.status", "pager.diff"],
    ...["trace2.normalTarget", "sendpack.sideband", "man.evil.cmd", "browser.evil.cmd", "mergetool.evil.cmd"],
  ];
  const programs = Object.fromEntries(names.map((name) => [name, program(name.replaceAll("/", "-"))]));
  return {
    ...programs,
    "filter.evil.required": "true",
    "log.showSignature": "true",
    "alias.status": `!${program("alias")}`,
    "submodule.evil.update": `!${program("submodule-update")}`,
    "submodule.recurse": "true",
    "remote.origin.url": `ext::${program("remote-url")}`,
    "remote.origin.promisor": "true",
    "remote.origin.fetch": "+refs/heads/*:refs/remotes/origin/*",
    "extensions.partialClone": "origin",
    "core.repositoryFormatVersion": "1",
    "protocol.allow": "always",
    "protocol.ext.allow": "always",
    [`url.ext::${program("instead-of")}.insteadOf`]: "https://",
  };
}

const HOOKS =
  "post-checkout pre-commit post-index-change reference-transaction post-merge fsmonitor-watchman pre-auto-gc";

type Plant = (ground: Ground) => void | Promise<void>;

const PLANTS: Readonly<Record<string, Plant>> = {
  "every setting that names a program": ({ git: folder, program }) =>
    addConfig(join(folder, "config"), commandSettings(program)),
  "settings of the work tree": ({ git: folder, program }) => {
    addConfig(join(folder, "config"), { "extensions.worktreeConfig": "true" });
    addConfig(join(folder, "config.worktree"), commandSettings(program));
  },
  "settings in a file that is included": ({ folder, git: inside, program }) => {
    addConfig(join(folder, "included"), commandSettings(program));
    addConfig(join(inside, "config"), {
      "include.path": join(folder, "included"),
      "includeIf.gitdir:/**.path": join(folder, "included"),
      "includeIf.onbranch:**.path": join(folder, "included"),
    });
  },
  "hooks in the repository, and where core.hooksPath says": ({ folder, git: inside, program }) => {
    for (const place of [join(inside, "hooks"), join(folder, "hooks")]) {
      mkdirSync(place, { recursive: true });
      for (const name of HOOKS.split(" ")) {
        writeFileSync(join(place, name), `#!/bin/sh\n${program(`hook-${name}`)} </dev/null\n`);
        chmodSync(join(place, name), 0o755);
      }
    }
    addConfig(join(inside, "config"), { "core.hooksPath": join(folder, "hooks") });
  },
  "attributes in the repository": ({ git: inside, program }) => {
    addConfig(join(inside, "config"), commandSettings(program));
    mkdirSync(join(inside, "info"), { recursive: true });
    writeFileSync(join(inside, "info/attributes"), ATTRIBUTES);
  },
  "a work tree elsewhere": async ({ git: inside, program }) => {
    const other = await makeFolder({ ".gitattributes": ATTRIBUTES, "api/a": "3" });
    addConfig(join(inside, "config"), { ...commandSettings(program), "core.worktree": other });
  },
  "objects that are promised and have to be fetched": async ({ folder, git: inside, program }) => {
    const object = git(folder, "rev-parse", "HEAD~1^{tree}");
    addConfig(join(inside, "config"), commandSettings(program));
    rmSync(join(inside, "objects", object.slice(0, 2), object.slice(2)));
  },
  "objects of a repository elsewhere": async ({ git: inside, program }) => {
    const other = await makeGround();
    addConfig(join(other.git, "config"), commandSettings(program));
    mkdirSync(join(inside, "objects/info"), { recursive: true });
    writeFileSync(join(inside, "objects/info/alternates"), `${join(other.git, "objects")}\n`);
  },
  "a bare repository that was checked out": async ({ folder, git: inside, program }) => {
    addConfig(join(inside, "config"), {
      ...commandSettings(program),
      "core.worktree": ".",
      "core.bare": "false",
    });
    for (const name of readdirSync(inside)) await rename(join(inside, name), join(folder, name));
    rmSync(inside, { recursive: true });
  },
  "a bare repository below": async ({ folder, git: inside, program }) => {
    await cp(inside, join(folder, "api"), { recursive: true });
    addConfig(join(folder, "api/config"), { ...commandSettings(program), "core.worktree": "." });
  },
  "a .git file that names a folder that was checked out": async ({ folder, git: inside, program }) => {
    addConfig(join(inside, "config"), commandSettings(program));
    await rename(inside, join(folder, "planted"));
    writeFileSync(inside, "gitdir: ./planted\n");
  },
  "a submodule with settings of its own": async ({ folder, program }) => {
    const inner = await makeGround();
    git(folder, "submodule", "--quiet", "add", `file://${inner.folder}`, "lib");
    git(folder, "add", "-A");
    git(folder, "commit", "-qm", "submodule");
    addConfig(join(folder, ".git/modules/lib/config"), commandSettings(program));
    writeFileSync(join(folder, "lib/api/a"), "9");
  },
  "a repository in an untracked folder": async ({ folder, program }) => {
    const inner = await makeGround();
    addConfig(join(inner.git, "config"), commandSettings(program));
    await cp(inner.folder, join(folder, "new/inner"), { recursive: true });
  },
};
