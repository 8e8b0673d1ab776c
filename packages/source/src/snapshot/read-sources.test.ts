import { execFileSync } from "node:child_process";
import { chmod, link, mkdir, rename, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import {
  appTarget,
  fillFolder,
  imageTarget,
  makeFolder,
  type Node,
  pathsOf,
  readFolder,
  type Tree,
} from "../../test/temp-folder.ts";
import { readSources } from "./read-sources.ts";

test("a source is its files, links and folders, empty ones too, sorted by code unit", async () => {
  const folder = await makeFolder({
    "a-b": "2",
    "a/run.sh": { executable: "#!/bin/sh" },
    "a/empty": { directory: true },
    Z: { link: "/etc/passwd" },
    é: "1",
  });
  const { entries, size } = await readFolder(folder);
  expect(entries).toMatchObject([
    { kind: "symlink", path: "Z", linkTarget: "/etc/passwd" },
    { kind: "directory", path: "a" },
    { kind: "file", path: "a-b", executable: false, size: 1 },
    { kind: "directory", path: "a/empty" },
    { kind: "file", path: "a/run.sh", executable: true, size: 9 },
    { kind: "file", path: "é", executable: false, size: 1 },
  ]);
  expect(size).toBe(11);
});

test("a file's digest is the sha256 of its bytes, also of a file that is read in chunks", async () => {
  const folder = await makeFolder({ big: "x".repeat(700_001) });
  const [entry] = (await readFolder(folder)).entries;
  const sum = execFileSync("sha256sum", [join(folder, "big")], { encoding: "utf8" }).slice(0, 64);
  expect(entry).toMatchObject({ size: 700_001, digest: sum });
});

test("the folder itself may be a link; links inside are kept as text, also dangling ones and loops", async () => {
  const folder = await makeFolder({ "real/loop": { link: "loop" }, "real/gone": { link: "../nowhere" } });
  await symlink("real", join(folder, "link"));
  const snapshot = await readFolder(folder, appTarget("link"));
  expect(snapshot.origin).toEqual({ kind: "folder", root: join(folder, "real") });
  expect(snapshot.entries).toMatchObject([{ linkTarget: "../nowhere" }, { linkTarget: "loop" }]);
});

test("a missing folder, a file and an empty folder are reported together, each at its place", async () => {
  const folder = await makeFolder({ file: "", "empty/node_modules/a": "" });
  const result = await readSources(
    [appTarget("nowhere", "one"), imageTarget("file"), appTarget("empty", "three")],
    { directory: folder },
  );
  expect(result).toEqual({
    ok: false,
    failures: [
      {
        code: "source-missing",
        target: "one",
        path: ["apps", "one", "source"],
        file: join(folder, "nowhere"),
      },
      {
        code: "source-not-a-directory",
        target: "builder",
        path: ["images", "builder", "context"],
        file: join(folder, "file"),
      },
      {
        code: "source-empty",
        target: "three",
        path: ["apps", "three", "source"],
        file: join(folder, "empty"),
      },
    ],
  });
});

test("pipes and sockets are named, at most ten, and never opened", async () => {
  const folder = await makeFolder();
  const names = Array.from({ length: 11 }, (_, index) => join(folder, `pipe-${index + 10}`));
  execFileSync("mkfifo", names);
  const server = createServer().listen(join(folder, "a-socket"));
  onTestFinished(() => void server.close());
  expect(await readSources([appTarget(folder)], { directory: folder })).toMatchObject({
    failures: [{ code: "source-special-file", files: [join(folder, "a-socket"), ...names.slice(0, 9)] }],
  });
});

test.each([".stiignore", ".dockerignore"])(
  "a %s that never ends is refused, and not waited for",
  async (name) => {
    const folder = await makeFolder({ a: "" });
    const file = join(folder, name);
    execFileSync("mkfifo", [file]);
    const refusal = (problem: string) => ({ failures: [{ code: "source-file-refused", file, problem }] });
    expect(await readSources([appTarget(folder)], { directory: folder })).toMatchObject(
      refusal("is a named pipe"),
    );
    await rm(file);
    await symlink("/dev/zero", file);
    expect(await readSources([appTarget(folder)], { directory: folder })).toMatchObject(
      refusal("is a device"),
    );
  },
);

test.runIf(process.getuid?.() === 0)("a device is named and never opened", async () => {
  const folder = await makeFolder({ a: "" });
  execFileSync("mknod", [join(folder, "zero"), "c", "1", "5"]);
  expect(await readSources([appTarget(folder)], { directory: folder })).toMatchObject({
    failures: [{ code: "source-special-file", files: [join(folder, "zero")] }],
  });
});

test("hard links are files of their own", async () => {
  const folder = await makeFolder({ a: "same" });
  await link(join(folder, "a"), join(folder, "b"));
  const files = (await readFolder(folder)).entries;
  expect(files).toMatchObject([
    { kind: "file", path: "a", size: 4 },
    { kind: "file", path: "b", size: 4 },
  ]);
});

test("a change that keeps a file's size and time is another digest", async () => {
  const folder = await makeFolder({ a: "old" });
  const time = new Date(1_600_000_000_000);
  await utimes(join(folder, "a"), time, time);
  const before = await readFolder(folder);
  await writeFile(join(folder, "a"), "new");
  await utimes(join(folder, "a"), time, time);
  expect((await readFolder(folder)).digest).not.toBe(before.digest);
});

test("a name that is not UTF-8 is reported in an escaped spelling, unless it is ignored", async () => {
  const folder = await makeFolder({ "ok/a": "", "tmp/a": "", ".stiignore": "tmp\n" });
  for (const place of ["ok/", "tmp/"]) {
    await writeFile(Buffer.concat([Buffer.from(join(folder, place)), Buffer.from("bad-\xff", "latin1")]), "");
  }
  expect(await readSources([appTarget(folder)], { directory: folder })).toMatchObject({
    failures: [{ code: "source-name-invalid", files: [join(folder, "ok", "bad-\\xff")] }],
  });
});

test("files and folders that cannot be read are named together", async () => {
  const folder = await makeFolder({ secret: "s", "closed/a": "", open: "" });
  await chmod(folder, 0o755);
  await chmod(join(folder, "secret"), 0);
  await chmod(join(folder, "closed"), 0);
  const result = await unprivileged(() => readSources([appTarget(folder)], { directory: folder }));
  expect(result).toMatchObject({
    failures: [{ code: "source-unreadable", files: [join(folder, "closed"), join(folder, "secret")] }],
  });
});

test("what is ignored need not be readable", async () => {
  const folder = await makeFolder({ "closed/a": "", open: "", ".stiignore": "closed" });
  await chmod(folder, 0o755);
  await chmod(join(folder, "closed"), 0);
  const snapshot = await unprivileged(() => readFolder(folder));
  expect(pathsOf(snapshot)).toEqual([".stiignore", "open"]);
});

test("targets with the same folder and rules share one snapshot, others do not", async () => {
  const folder = await makeFolder({ "src/a": "", "src/Dockerfile": "FROM x" });
  const result = await readSources(
    [appTarget("src", "one"), appTarget("./src/", "two"), imageTarget("src")],
    { directory: folder },
  );
  const snapshots = result.ok ? result.value : new Map();
  expect(snapshots.get("two")).toBe(snapshots.get("one"));
  expect(snapshots.get("builder")).not.toBe(snapshots.get("one"));
});

test("reading ends with the signal's reason", async () => {
  const folder = await makeFolder({ a: "" });
  const reason = new Error("stopped");
  const reading = readSources([appTarget(folder)], { directory: folder, signal: AbortSignal.abort(reason) });
  await expect(reading).rejects.toBe(reason);
});

const name = fc.constantFrom("a", "b", "B", "ab", " ", "-x", "ä", "a\u0308", "a\nb", "constructor");
const node: fc.Arbitrary<Node> = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.record({ executable: fc.string({ maxLength: 5 }) }),
  fc.record({ link: fc.constantFrom("a", "../b", "/etc/passwd") }),
  fc.constant({ directory: true } as const),
);
/** Trees of two levels, at least one entry, in which no file has entries below it. */
const tree: fc.Arbitrary<Tree> = fc
  .tuple(
    fc.dictionary(name, node, { maxKeys: 5 }),
    fc.dictionary(
      fc.tuple(name, name).map(([above, below]) => `dir ${above}/${below}`),
      node,
      { minKeys: 1, maxKeys: 5 },
    ),
  )
  .map(([top, below]) => ({ ...top, ...below }));

test("a digest is the same for the same tree, whatever its place, order, times and umask", async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (written) => {
      const first = await makeFolder(written);
      const second = await makeFolder();
      const umask = process.umask(0o027);
      try {
        await fillFolder(second, Object.fromEntries(Object.entries(written).reverse()));
      } finally {
        process.umask(umask);
      }
      for (const [path, one] of Object.entries(written)) {
        if (typeof one === "string") await utimes(join(second, path), 1, 1);
      }
      expect((await readFolder(second)).digest).toBe((await readFolder(first)).digest);
    }),
    { numRuns: 30 },
  );
});

test("a digest changes with a byte, a name, an x-bit, a link's text, a kind and an entry more", async () => {
  await fc.assert(
    fc.asyncProperty(tree, fc.nat(), async (written, choice) => {
      const folder = await makeFolder(written);
      const before = (await readFolder(folder)).digest;
      const [path, one] = Object.entries(written)[choice % Object.keys(written).length] ?? ["", ""];
      const changes: Tree[] = [{ [path]: { link: "changed" } }, { [`${path}+`]: one }, { more: "" }];
      if (typeof one === "string") changes.push({ [path]: `${one}.` }, { [path]: { executable: one } });
      for (const change of changes) {
        const { [path]: _, ...rest } = written;
        const renamed = Object.hasOwn(change, `${path}+`);
        const changed = await makeFolder({ ...(renamed ? rest : written), ...change });
        expect((await readFolder(changed)).digest).not.toBe(before);
      }
    }),
    { numRuns: 20 },
  );
});

test("a file moved between folders with the same names changes the digest", async () => {
  const folder = await makeFolder({ "a/x": "1", "b/y": "" });
  const before = (await readFolder(folder)).digest;
  await rename(join(folder, "a", "x"), join(folder, "b", "x"));
  await mkdir(join(folder, "a"), { recursive: true });
  expect((await readFolder(folder)).digest).not.toBe(before);
});

/** Root may read everything: as root, the work is done as another user, who is let through to the folder. */
async function unprivileged<Value>(work: () => Promise<Value>): Promise<Value> {
  if (process.getuid?.() !== 0) return work();
  process.seteuid?.(65534);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
  }
}
