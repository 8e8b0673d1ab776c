import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { CHECK_EXIT, checkScript } from "./source-check.ts";

const NOTHING = { removed: [], touched: [] };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sti-check-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  shell(
    "mkdir -p kept/tree/sub src/sub; echo a > kept/tree/sub/file; echo b > kept/tree/other; ln -s other kept/tree/link",
  );
});

function shell(text: string): string {
  return execFileSync("/bin/sh", ["-c", text], { cwd: folder, encoding: "utf8" });
}

/** Time of a file's last change, as an engine writes times. */
const sealedNow = () => {
  shell("mkdir -p seal; touch seal/sealed; sleep 0.02");
  const [day, time] = shell("TZ=UTC stat -c %z seal").trim().split(" ");
  return `${day}T${time}Z`;
};

/** Runs the check as a container would, whose folders are below this one. `path`: where its programs are. */
function check(script: string, path = "/usr/bin:/bin") {
  const here = script.replaceAll("/run/sti/kept", `${folder}/kept`).replaceAll("/tmp/src", `${folder}/src`);
  const { status, stderr, stdout } = spawnSync("/bin/sh", ["-c", here], {
    env: { PATH: path },
    encoding: "utf8",
  });
  return { status, printed: stdout + stderr };
}

/** A folder of programs, one of which is another than usual. */
function programs(find: string): string {
  shell(
    `mkdir bin; for name in stat sort tail rm touch sh; do ln -s "$(command -v $name)" bin/$name; done; printf '%s\\n' '#!/bin/sh' '${find}' > bin/find; chmod +x bin/find`,
  );
  return join(folder, "bin");
}

const TOOLS = [
  ["GNU find", () => "/usr/bin:/bin"],
  [
    "a find without -newerct",
    () => programs('case "$*" in *-newerct*) exit 1;; esac; exec /usr/bin/find "$@"'),
  ],
] as const;

describe.each(TOOLS)("with %s", (_, path) => {
  test("a source that nobody touched passes, in silence", () => {
    expect(check(checkScript(sealedNow(), NOTHING), path())).toEqual({ status: 0, printed: "" });
  });

  test.each([
    ["a file that grew", "echo more >> kept/tree/sub/file"],
    [
      "a file that was edited and given its time back",
      "touch -r kept/tree/other ref; echo x > kept/tree/other; touch -r ref kept/tree/other",
    ],
    ["a new mode", "chmod 600 kept/tree/other"],
    ["a new file", "touch -d @1 kept/tree/sub/new"],
    ["a file that is gone", "rm kept/tree/sub/file"],
    ["a link that leads elsewhere", "ln -sfn sub kept/tree/link"],
    ["a file that was renamed", "mv kept/tree/other kept/tree/sub/other"],
    ["another tree in its place", "mv kept/tree kept/old; cp -a kept/old kept/tree; rm -r kept/old"],
    ["touching everything", "find kept -exec touch -d @1 {} +"],
  ])("%s is noticed", (_what, change) => {
    const script = checkScript(sealedNow(), NOTHING);
    shell(change);
    expect(check(script, path())).toEqual({ status: CHECK_EXIT.changed, printed: "" });
  });
});

test.each([
  ["without find", "exit 127"],
  ["without stat", 'case "$*" in *-newerct*|*stat*) exit 1;; esac'],
  ["whose find finds nothing", 'case "$*" in *-newerct*) exit 1;; esac'],
])("an image %s cannot check", (_, find) => {
  const script = checkScript(sealedNow(), NOTHING);
  expect(check(script, programs(find))).toEqual({ status: CHECK_EXIT.impossible, printed: "" });
});

test("what is removed goes, whatever it is called, and the folders it was in get their time", () => {
  const sealed = sealedNow();
  shell(`mkdir -p 'src/sub/-odd'; touch 'src/sub/-odd/x' "src/it's" src/stays 'src/two
lines'`);
  const removed = ["sub/-odd", "it's", "two\nlines"];
  const touched = [
    { path: "", time: 1000 },
    { path: "sub", time: 2000 },
  ];
  expect(check(checkScript(sealed, { removed, touched }))).toEqual({ status: 0, printed: "" });
  expect(shell("cd src; find . | sort; stat -c %Y . sub")).toBe(".\n./stays\n./sub\n1000\n2000\n");
});

test("the time of the seal may be in any zone, with any number of digits", () => {
  const written = (sealedAt: string) =>
    /'@([\d.]+)'[\s\S]*printf '%s\\n' '([^']*)'/.exec(checkScript(sealedAt, NOTHING))?.slice(1);
  const utc = written("2026-01-02T23:04:05.0600Z");
  expect(utc).toEqual(["1767395045.060000000", "2026-01-02 23:04:05.060000000 +0000"]);
  expect(written("2026-01-03T00:04:05.06+01:00")).toEqual(utc);
  expect(() => checkScript("yesterday", NOTHING)).toThrow("yesterday");
});
