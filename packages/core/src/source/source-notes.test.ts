import { expect, test } from "vitest";
import type { SourceEntry, SourceSnapshot } from "./source.ts";
import { sourceNotes } from "./source-notes.ts";

function snapshotOf(entries: readonly SourceEntry[], more: Partial<SourceSnapshot> = {}): SourceSnapshot {
  const size = entries.reduce((sum, entry) => sum + (entry.kind === "file" ? entry.size : 0), 0);
  return { origin: { kind: "folder", root: "/src" }, entries, digest: "", size, ...more };
}

const link = (path: string, linkTarget: string): SourceEntry => ({ kind: "symlink", path, linkTarget });
const file = (path: string, size: number): SourceEntry => ({
  kind: "file",
  path,
  executable: false,
  size,
  digest: "",
});

test("links that leave the source are named once for all of them; others are not", () => {
  const entries = [
    link("a/up", "../b"),
    link("a/out", "../../b"),
    link("abs", "/etc/passwd"),
    link("loop", "loop"),
  ];
  expect(sourceNotes(snapshotOf(entries))).toEqual([
    "2 links lead out of the source and are not followed: a/out -> ../../b, abs -> /etc/passwd",
  ]);
  expect(sourceNotes(snapshotOf([link("x", "..")]))).toEqual([
    "a link leads out of the source and is not followed: x -> ..",
  ]);
});

test("a source of more than 50 MB names what is largest in it, as deep as nearly all lies there", () => {
  const entries = [file("a/b/big", 60e6), file("a/small", 1e3), file("c/x", 5e6), file("d", 1e6)];
  expect(sourceNotes(snapshotOf(entries))).toEqual([
    "the source has 66 MB; largest: a/b 60 MB, c 5.0 MB, d 1.0 MB",
  ]);
  expect(sourceNotes(snapshotOf([file("a", 50e6)]))).toEqual([]);
});

test("pointers of Git LFS are named once for all of them, with what to do", () => {
  const pointer = (path: string) => ({ ...file(path, 130), isLfsPointer: true }) as SourceEntry;
  expect(sourceNotes(snapshotOf([pointer("a.bin"), file("b.bin", 130)]))).toEqual([
    'a file is a pointer of Git LFS and not its content: a.bin; to build with its content, take a folder in which "git lfs pull" has run as the source',
  ]);
  expect(sourceNotes(snapshotOf(["1", "2", "3", "4", "5"].map(pointer)))).toEqual([
    '5 files are pointers of Git LFS and not their content: 1, 2, 3, and 2 more; to build with their content, take a folder in which "git lfs pull" has run as the source',
  ]);
});

test("a program for another processor than the engine's is noted, where that is known", () => {
  const snapshot = snapshotOf([], { binaries: [{ path: "app", architecture: "arm64" }] });
  expect(sourceNotes(snapshot, "amd64")).toEqual(["app is a program for arm64, the engine is amd64"]);
  expect(sourceNotes(snapshot, "arm64")).toEqual([]);
  expect(sourceNotes(snapshot)).toEqual([]);
});
