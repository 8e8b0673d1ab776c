import { expect, test } from "vitest";
import type { SourceEntry, SourceSnapshot } from "../source/source.ts";
import { planSync } from "./plan-sync.ts";

const file = (path: string, digest = "1", executable = false): SourceEntry => ({
  kind: "file",
  path,
  digest,
  executable,
  size: 1,
});

function folder(...entries: readonly SourceEntry[]): SourceSnapshot {
  return { origin: { kind: "folder", root: "/src" }, entries, digest: "d", size: 1 };
}

const RULES = [
  { from: "public", to: "/srv/public" },
  { from: "motd.txt", to: "/etc/motd" },
];

test("changed and new files lie in the container where their rule says, with their bytes from the disk", () => {
  const before = folder(file("motd.txt"), file("public/a"), file("public/b"));
  const after = folder(
    file("motd.txt", "2"),
    file("public/a"),
    file("public/b", "1", true),
    file("public/c/d"),
  );
  const plan = planSync(before, after, RULES);
  expect(plan?.paths).toEqual(["motd.txt", "public/b", "public/c/d"]);
  expect(plan?.snapshot.entries.map(({ path }) => path)).toEqual([
    "etc/motd",
    "srv/public/b",
    "srv/public/c/d",
  ]);
  const { origin } = plan?.snapshot ?? {};
  expect(origin?.kind === "parts" && origin.parts.map(({ snapshot }) => snapshot.origin)).toEqual([
    { kind: "file", file: "/src/motd.txt" },
    { kind: "file", file: "/src/public/b" },
    { kind: "file", file: "/src/public/c/d" },
  ]);
});

test("the whole source may be synced", () => {
  const plan = planSync(folder(file("a")), folder(file("a", "2")), [{ from: "", to: "/srv" }]);
  expect(plan?.snapshot.entries).toEqual([file("srv/a", "2")]);
});

test("nothing that changed is nothing to copy", () => {
  expect(planSync(folder(file("a")), folder(file("a")), [])?.paths).toEqual([]);
});

test.each<[string, SourceSnapshot]>([
  ["a file outside", folder(file("main.js", "2"), file("public/a"))],
  ["a file outside beside one inside", folder(file("main.js", "2"), file("public/a", "2"))],
  ["a file that only begins like a place", folder(file("main.js"), file("public/a"), file("publicity"))],
  ["a file that went", folder(file("main.js"))],
  [
    "a file that became a link",
    folder(file("main.js"), { kind: "symlink", path: "public/a", linkTarget: "b" }),
  ],
])("%s needs a rebuild", (_, after) => {
  expect(planSync(folder(file("main.js"), file("public/a")), after, RULES)).toBeUndefined();
});

test("a part of a source is read where that part is", () => {
  const of = (entry: SourceEntry): SourceSnapshot => ({
    ...folder({ ...entry, path: `www/${entry.path}` }),
    origin: {
      kind: "parts",
      parts: [{ to: "www", snapshot: { ...folder(entry), origin: { kind: "folder", root: "/part" } } }],
    },
  });
  const plan = planSync(of(file("a")), of(file("a", "2")), [{ from: "www", to: "/srv" }]);
  const { origin } = plan?.snapshot ?? {};
  expect(origin?.kind === "parts" && origin.parts[0]?.snapshot.origin).toEqual({
    kind: "file",
    file: "/part/a",
  });
});

test("a file whose bytes are made, or come from an archive, needs a rebuild", () => {
  const of = (digest: string): SourceSnapshot => ({
    ...folder(file("a", digest)),
    origin: { kind: "archive", file: "/src.zip", format: "zip" },
  });
  expect(planSync(of("1"), of("2"), [{ from: "", to: "/srv" }])).toBeUndefined();
});
