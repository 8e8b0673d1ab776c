import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkSmallFile, openRegular, readSmallFile, readSmallFileSync } from "./read-small-file.ts";

const KIB = 1024;
const folder = mkdtempSync(join(tmpdir(), "sti-files-"));
const at = (name: string) => join(folder, name);
const server = createServer();

beforeAll(async () => {
  writeFileSync(at("small"), "hello\n");
  writeFileSync(at("empty"), "");
  writeFileSync(at("exact"), Buffer.alloc(64 * KIB, "x"));
  writeFileSync(at("large"), Buffer.alloc(64 * KIB + 1, "x"));
  mkdirSync(at("folder"));
  execFileSync("mkfifo", [at("pipe")]);
  symlinkSync("small", at("link"));
  symlinkSync("pipe", at("link-to-pipe"));
  symlinkSync("/dev/zero", at("link-to-device"));
  symlinkSync("loop", at("loop"));
  symlinkSync("nowhere", at("dangling"));
  await new Promise<void>((resolve) => server.listen(at("socket"), resolve));
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

const PROBLEMS = [
  ["missing", "missing", "does not exist"],
  ["small/below", "missing", "does not exist"],
  ["dangling", "missing", "does not exist"],
  ["folder", "folder", "is a folder"],
  ["pipe", "special", "is a named pipe"],
  ["link-to-pipe", "special", "is a named pipe"],
  ["link-to-device", "special", "is a device"],
  ["socket", "special", "is a socket"],
  ["large", "too-large", "is larger than 64 KiB"],
  ["loop", "link", "is a symbolic link that leads nowhere or must not be followed"],
] as const;

const READERS = {
  readSmallFile: (name: string) => readSmallFile(at(name), { limit: 64 * KIB }),
  readSmallFileSync: async (name: string) => readSmallFileSync(at(name), { limit: 64 * KIB }),
};

describe.each(Object.entries(READERS))("%s", (_name, read) => {
  test.each(PROBLEMS)("says of %s that it %s: %s", async (name, kind, words) => {
    await expect(read(name)).rejects.toMatchObject({ kind, words, file: at(name) });
  });

  test("reads a file that is as large as its limit", async () => {
    expect((await read("exact")).length).toBe(64 * KIB);
  });

  test("reads a small file, an empty one, and one behind a link", async () => {
    expect((await read("small")).toString()).toBe("hello\n");
    expect((await read("empty")).length).toBe(0);
    expect((await read("link")).toString()).toBe("hello\n");
  });

  test.runIf(process.platform === "linux")("reads a file of /proc, which has no size", async () => {
    symlinkSync("/proc/self/status", at("proc"));
    expect((await read("proc")).toString()).toContain("Pid:");
    rmSync(at("proc"));
  });
});

test("refuses a link where none is to be followed", async () => {
  const limits = { limit: KIB, links: "refuse" } as const;
  const refused = { kind: "link", words: "is a symbolic link" };
  await expect(readSmallFile(at("link"), limits)).rejects.toMatchObject(refused);
  expect(() => readSmallFileSync(at("link"), limits)).toThrow("is a symbolic link");
  await expect(openRegular(at("link"), { links: "refuse" })).rejects.toMatchObject(refused);
});

test.each(PROBLEMS)("checks without opening: %s", (name, kind) => {
  expect(checkSmallFile(at(name), { limit: 64 * KIB })?.kind).toBe(kind);
});

test("checks a file that can be read as having no problem", () => {
  expect(checkSmallFile(at("link"), { limit: KIB })).toBeUndefined();
});

test.runIf(process.platform === "linux")(
  "reads no more than its limit of a file without a size",
  async () => {
    const limits = { limit: KIB };
    await expect(readSmallFile("/proc/self/smaps", limits)).rejects.toMatchObject({ kind: "too-large" });
  },
);

test("rejects with the signal's reason", async () => {
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(readSmallFile(at("small"), { limit: KIB, signal })).rejects.toThrow("stopped");
});
