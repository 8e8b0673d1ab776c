import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CompareRules } from "../definition/compare-rules.ts";
import type { LevelVerdict } from "./comparison.ts";
import { makeRules } from "./default-rules.ts";
import { diffFiles } from "./diff-files.ts";
import type { FileEntry, FileType } from "./file-entry.ts";
import type { FileList } from "./image-files.ts";
import { judgeLevel } from "./judge-level.ts";
import { makeComparison } from "./make-comparison.ts";
import { originOfFile } from "./origin.ts";

/** The port's patterns without their signs: a path, or a folder above it. */
const matcher = {
  matchPaths: (patterns: readonly string[]) => (path: string) =>
    patterns.some((pattern) => path === pattern || path.startsWith(`${pattern}/`)),
};

function judge(left: FileList, right: FileList, written?: CompareRules): LevelVerdict {
  const rules = written === undefined ? [] : makeRules(written, matcher);
  return judgeLevel({ level: "files", changes: diffFiles(left, right), rules });
}

function file(path: string, changes: Partial<FileEntry> = {}): FileEntry {
  const common = { mode: 0o644, uid: 0, gid: 0, mtime: 1, size: 1, digest: "a" } as const;
  return { path, type: "file", ...common, ...changes };
}

function listOf(...entries: readonly FileEntry[]): FileList {
  return new Map(entries.map((entry) => [entry.path, entry]));
}

const NONE: CompareRules = { ignore: [], mask: [] };

describe("the comparison of any two lists of files", () => {
  test("is identical exactly where they are equal, in whatever order", () => {
    fc.assert(
      fc.property(anyList, anyList, (left, right) => {
        const reversed = new Map([...left].reverse());
        expect(judge(left, reversed, NONE).verdict).toBe("identical");
        const areEqual = JSON.stringify(comparable(left)) === JSON.stringify(comparable(right));
        expect(judge(left, right, NONE).verdict === "identical").toBe(areEqual);
      }),
    );
  });

  test("says the same of both directions", () => {
    fc.assert(
      fc.property(anyList, anyList, (left, right) => {
        const there = judge(left, right, NONE);
        const back = judge(right, left, NONE);
        const swapped = back.differences.map((each) => ({ ...each, left: each.right, right: each.left }));
        expect({ ...back, differences: swapped }).toEqual(there);
      }),
    );
  });

  test("loses no difference to rules, which only turn different into equivalent", () => {
    const someRules = fc.record({
      ignore: fc.subarray(["a", "usr", "tmp", "app"]),
      mask: fc.constant([]),
    });
    fc.assert(
      fc.property(anyList, anyList, someRules, (left, right, written) => {
        const [bare, ruled] = [judge(left, right), judge(left, right, written)];
        expect(ruled.different + ruled.covered).toBe(bare.different);
        expect(ruled.rules.reduce((sum, { count }) => sum + count, 0)).toBe(ruled.covered);
        expect(ruled.verdict === "identical").toBe(bare.verdict === "identical");
        const counting = ruled.differences.filter(({ rule }) => rule === undefined);
        expect(bare.differences).toEqual(expect.arrayContaining(counting));
      }),
    );
  });
});

test("a file that differs in content and time is one difference that counts and one that a rule covers", () => {
  const verdict = judge(
    listOf(file("app/a")),
    listOf(file("app/a", { digest: "b", size: 2, mtime: 2 })),
    NONE,
  );
  expect(verdict).toEqual({
    level: "files",
    verdict: "different",
    differences: [
      {
        level: "files",
        what: "content",
        path: "/app/a",
        left: "1 bytes, sha256:a",
        right: "2 bytes, sha256:b",
      },
      { level: "files", what: "mtime", path: "/app/a", left: "1", right: "2", rule: "mtimes" },
    ],
    different: 1,
    covered: 1,
    rules: [{ name: "mtimes", about: "times of files", count: 1 }],
  });
});

describe("a difference is covered", () => {
  const pyc = (stamp: string, code: string) =>
    file("x.pyc", { digest: stamp + code, masked: { rule: "pyc-stamps", digest: code } });
  const only = (path: string) => [listOf(), listOf(file(path))] as const;
  const cases: readonly (readonly [string, FileList, FileList, string])[] = [
    ["of compiled Python in its stamp", listOf(pyc("1", "a")), listOf(pyc("2", "a")), "pyc-stamps"],
    ["of compiled Python that is not there", ...only("app/__pycache__/x.cpython-312.pyc"), "python-cache"],
    ["below /var/log", ...only("var/log/dpkg.log"), "logs"],
    ["of what apt keeps", ...only("var/cache/apt/pkgcache.bin"), "caches"],
    ["of what dpkg wrote down", ...only("var/lib/dpkg/status"), "package-state"],
    ["of the machine's id", ...only("etc/machine-id"), "machine-id"],
    ["of the linker's cache", ...only("etc/ld.so.cache"), "linker-cache"],
    [
      "between a second name and a copy",
      listOf(file("a"), file("b", { hardLink: "a" })),
      listOf(file("a"), file("b")),
      "hard-links",
    ],
  ];
  test.each(cases)("%s", (_, left, right, rule) => {
    const verdict = judge(left, right, NONE);
    expect(verdict).toMatchObject({ verdict: "equivalent", different: 0, rules: [{ name: rule, count: 1 }] });
    expect(verdict.differences).toEqual([expect.objectContaining({ rule })]);
  });

  test("by a pattern of the user's, which is named", () => {
    const verdict = judge(...only("app/build/info"), { ignore: ["app/build"], mask: [] });
    expect(verdict.rules).toEqual([{ name: "ignore app/build", about: expect.any(String), count: 1 }]);
  });
});

describe("a difference counts", () => {
  const cases: readonly (readonly [string, FileEntry | undefined, FileEntry | undefined])[] = [
    [
      "of compiled Python's code",
      file("x.pyc", { digest: "1a", masked: { rule: "pyc-stamps", digest: "a" } }),
      file("x.pyc", { digest: "1b", masked: { rule: "pyc-stamps", digest: "b" } }),
    ],
    ["of rights", file("a"), file("a", { mode: 0o4755 })],
    ["of owners", file("a"), file("a", { gid: 7 })],
    ["of capabilities", file("a"), file("a", { xattrs: ["security.capability=0x01"] })],
    [
      "of a device's numbers",
      file("a", { type: "character-device", device: "1:3" }),
      file("a", { type: "character-device", device: "1:5" }),
    ],
    [
      "of a link's target",
      file("a", { type: "symlink", linkTarget: "b" }),
      file("a", { type: "symlink", linkTarget: "c" }),
    ],
    ["between a file and a folder", file("a"), file("a", { type: "directory" })],
    ["of names that are no text", file("\udcff"), file("\udcfe")],
    ["of a compiled module that has no place in a cache", undefined, file("app/x.pyc")],
  ];
  test.each(cases)("%s", (_, left, right) => {
    const sides = [left, right].map((entry) => (entry === undefined ? listOf() : listOf(entry))) as [
      FileList,
      FileList,
    ];
    expect(judge(...sides, NONE).verdict).toBe("different");
  });
});

test("of what a rule covers the beginning is listed, and all is counted", () => {
  const many = listOf(...Array.from({ length: 1000 }, (_, index) => file(`var/log/${index}`)));
  const verdict = judge(many, listOf(), NONE);
  expect([verdict.covered, verdict.differences.length]).toEqual([1000, 100]);
});

test("what both sides have just as their bases do comes from the bases", () => {
  const [oldBase, newBase] = [listOf(file("lib")), listOf(file("lib", { digest: "b" }), file("new"))];
  const left = listOf(file("lib"), file("app"));
  const right = listOf(file("lib", { digest: "b" }), file("app", { digest: "b" }));
  const verdict = judgeLevel({
    level: "files",
    changes: diffFiles(left, right),
    rules: [],
    originOf: originOfFile(oldBase, newBase),
  });
  expect(verdict.differences.map(({ path, origin }) => [path, origin])).toEqual([
    ["/app", "app"],
    ["/lib", "base"],
  ]);
});

test("a file of the base that the app took away comes from the app", () => {
  const base = listOf(file("lib"));
  const originOf = originOfFile(base, base);
  const [change] = diffFiles(base, listOf());
  expect(change && originOf(change)).toBe("app");
});

test("the verdict is the worst of the levels, and cost is none of them", () => {
  const level = (name: LevelVerdict["level"], verdict: LevelVerdict["verdict"]): LevelVerdict => ({
    level: name,
    verdict,
    differences: [],
    different: 0,
    covered: 0,
    rules: [],
  });
  const image = { name: "a", id: "sha256:a" };
  const verdictOf = (...levels: LevelVerdict[]) => makeComparison(image, image, levels).verdict;
  expect(verdictOf(level("config", "identical"), level("cost", "equivalent"))).toBe("identical");
  expect(verdictOf(level("config", "equivalent"), level("files", "identical"))).toBe("equivalent");
  expect(verdictOf(level("config", "different"), level("files", "equivalent"))).toBe("different");
});

const anyEntry: fc.Arbitrary<FileEntry> = fc
  .record(
    {
      path: fc.constantFrom(
        "a",
        "a/b",
        "app/x.pyc",
        "var/log/x",
        "etc/machine-id",
        "tmp",
        "\udcff",
        "usr/bin/node",
      ),
      type: fc.constantFrom<FileType>("file", "directory", "symlink", "fifo", "character-device"),
      mode: fc.constantFrom(0o644, 0o755, 0o4755),
      uid: fc.nat({ max: 1 }),
      gid: fc.nat({ max: 1 }),
      mtime: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
      size: fc.nat({ max: 1 }),
      digest: fc.constantFrom("a", "b"),
      masked: fc.record({ rule: fc.constantFrom("pyc-stamps", "mask"), digest: fc.constantFrom("a", "b") }),
      linkTarget: fc.constantFrom("x", "../../etc"),
      device: fc.constantFrom("1:3", "8:1"),
      hardLink: fc.constant("a"),
      xattrs: fc.constantFrom(["security.capability=0x01"], ["user.a=0x00"]),
    },
    { requiredKeys: ["path", "type", "mode", "uid", "gid", "mtime"] },
  )
  .map(({ digest, masked, size, linkTarget, device, hardLink, ...entry }): FileEntry => {
    if (entry.type === "file") {
      const content = digest ?? "a";
      // The whole content is the same only where its parts are.
      const part =
        masked === undefined ? {} : { masked: { ...masked, digest: content === "a" ? "a" : masked.digest } };
      return { ...entry, size: size ?? 0, digest: content, ...part, hardLink };
    }
    if (entry.type === "symlink") return { ...entry, linkTarget: linkTarget ?? "x" };
    return entry.type === "character-device" ? { ...entry, device: device ?? "1:3" } : entry;
  });

const anyList = fc
  .uniqueArray(anyEntry, { selector: ({ path }) => path, maxLength: 8 })
  .map((entries) => listOf(...entries));

/** The compared fields of an entry; the rule by which a content was masked is none of them. */
function comparable(list: FileList) {
  return [...list.values()]
    .map(({ masked, hardLink, ...entry }) => ({ ...entry, ...(hardLink === undefined ? {} : { hardLink }) }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}
