import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readEnvFiles } from "./read-env-files.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sti-env-"));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(text: string | Uint8Array, file = ".env") {
  await writeFile(join(directory, ".env"), text);
  const path = ["apps", "api", "envFile"];
  const { files, failures } = await readEnvFiles([{ key: "envFile", file, path }], { directory });
  if (failures.length === 0) return files.get(file);
  return failures.map((failure) => {
    const { line = 0, column = 0 } = failure.location ?? {};
    return `${line}:${column} ${failure.message}`;
  });
}

test("values are plain, quoted, empty or of several lines; comments and export are understood", async () => {
  const text = `# comment
A=1
export B = two words # comment
C="x # y"
D='single "quoted"'
E=

F="first
second=2"\r
G=last`;
  expect(await read(text)).toEqual({
    A: "1",
    B: "two words",
    C: "x # y",
    D: 'single "quoted"',
    E: "",
    F: "first\nsecond=2",
    G: "last",
  });
});

test("every line that would be lost is reported with its place", async () => {
  expect(await read("A=1\n  nonsense\n1B=2\nC D=3\n")).toEqual([
    "2:3 has no value; list the variable in env to take the host's",
    '3:1 "1B" is not a name of a variable',
    '4:1 "C D" is not a name of a variable',
  ]);
  expect(await read('A=1\nB="open\nC=2\n')).toEqual(['2:3 a value opens with ", and nothing closes it']);
});

test("a pipe, a device and a file beyond the limit are reported, and not waited for", async () => {
  execFileSync("mkfifo", [join(directory, "pipe")]);
  await writeFile(join(directory, "large"), Buffer.alloc(1024 ** 2 + 1));
  expect(await read("", "pipe")).toEqual(["0:0 names pipe, which is a named pipe"]);
  expect(await read("", "/dev/zero")).toEqual(["0:0 names /dev/zero, which is a device"]);
  expect(await read("", "large")).toEqual(["0:0 names large, which is larger than 1 MiB"]);
});

test("a variable that cannot be one is reported", async () => {
  expect(await read("__proto__=1\n")).toEqual(["1:1 a variable cannot be called __proto__"]);
  expect(await read("constructor=1\n")).toEqual({ constructor: "1" });
});

test("a file that is not there, or is no text, is reported at its place in the config", async () => {
  expect(await read("", "absent.env")).toEqual(["0:0 names absent.env, which does not exist"]);
  expect(await read("", ".")).toEqual(["0:0 names ., which is a folder"]);
  expect(await read(new Uint8Array([65, 61, 0xff]))).toEqual(["0:0 names .env, which is not UTF-8"]);
});
