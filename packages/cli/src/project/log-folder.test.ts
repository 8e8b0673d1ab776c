import { execFileSync } from "node:child_process";
import {
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { privateFolder } from "@sti/source/private";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createLogFolder } from "./log-folder.ts";

let root: string;
let project: string;
let outside: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "sti-log-folder-")));
  [project, outside] = [join(root, "project"), join(root, "outside")];
  mkdirSync(project);
  mkdirSync(outside);
  writeFileSync(join(outside, "file"), "untouched");
});

afterEach(() => rmSync(root, { recursive: true }));

test("a log is beside the config, and replaces that of an earlier session", () => {
  const { warnings, write } = open();
  expect(write("api.log", "long text")).toBe(join(project, ".sti/logs/api.log"));
  expect(open().write("api.log", "new")).toBe(join(project, ".sti/logs/api.log"));
  expect(contents(project)).toEqual([".sti/.gitignore: *\n", ".sti/logs/api.log: new"]);
  expect(warnings).toEqual([]);
});

test("a folder that was removed while a session is at work is made again", () => {
  const { warnings, write } = open();
  write("api.log", "one");
  rmSync(join(project, ".sti"), { recursive: true });
  write("api.log", "two");
  expect(contents(project)).toEqual([".sti/.gitignore: *\n", ".sti/logs/api.log: two"]);
  expect(warnings).toEqual([]);
});

test("another name of a log keeps its text", () => {
  mkdirSync(join(project, ".sti/logs"), { recursive: true });
  for (const name of [".sti/logs/api.log", ".sti/.gitignore"])
    linkSync(join(outside, "file"), join(project, name));
  open().write("api.log", "new");
  expect(contents(outside)).toEqual(["file: untouched"]);
  expect(readFileSync(join(project, ".sti/logs/api.log"), "utf8")).toBe("new");
});

describe("what a checkout may have put there", () => {
  const pipe = (path: string) => execFileSync("mkfifo", [path]);
  const linkToFile = (path: string) => symlinkSync(join(outside, "file"), path);
  const linkToNew = (path: string) => symlinkSync(join(outside, "new"), path);
  const linkToFolder = (path: string) => symlinkSync(outside, path);
  const plain = (path: string) => writeFileSync(path, "a file");
  const folder = (path: string) => mkdirSync(path);
  const cases = [
    [".sti", linkToFolder, "is a symbolic link"],
    [".sti", linkToNew, "is a symbolic link"],
    [".sti", plain, "is not a folder"],
    [".sti", pipe, "is not a folder"],
    [".sti/.gitignore", linkToFile, "is a symbolic link"],
    [".sti/.gitignore", linkToNew, "is a symbolic link"],
    [".sti/.gitignore", pipe, "is not a file"],
    [".sti/.gitignore", folder, "is not a file"],
    [".sti/logs", linkToFolder, "is a symbolic link"],
    [".sti/logs", linkToNew, "is a symbolic link"],
    [".sti/logs", pipe, "is not a folder"],
    [".sti/logs/api.log", linkToFile, "is a symbolic link"],
    [".sti/logs/api.log", linkToNew, "is a symbolic link"],
    [".sti/logs/api.log", pipe, "is not a file"],
    [".sti/logs/api.log", folder, "is not a file"],
  ] as const;

  test.each(cases)("%s, %o: is neither followed nor written to", (path, plant, problem) => {
    const place = join(project, path);
    mkdirSync(dirname(place), { recursive: true });
    plant(place);
    const before = lstatSync(place);
    const { warnings, write } = open();
    const cached = join(root, "cache/logs");
    expect(write("api.log", "one")).toBe(join(cached, "api.log"));
    expect(write("web.log", "two")).toBe(join(cached, "web.log"));
    expect(warnings).toEqual([`logs go to ${cached}: ${place} ${problem}; remove it`]);
    expect(contents(outside)).toEqual(["file: untouched"]);
    expect(lstatSync(place)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    expect(contents(cached)).toEqual(["api.log: one", "web.log: two"]);
  });

  test("a folder that git has something of is left alone", () => {
    mkdirSync(join(project, ".sti/logs"), { recursive: true });
    writeFileSync(join(project, ".sti/logs/api.log"), "checked in");
    execFileSync("git", ["init", "-q"], { cwd: project });
    execFileSync("git", ["add", "."], { cwd: project });
    const { warnings, write } = open();
    write("api.log", "new");
    expect(warnings).toEqual([expect.stringContaining(`git tracks files in ${join(project, ".sti")}`)]);
    expect(readFileSync(join(project, ".sti/logs/api.log"), "utf8")).toBe("checked in");
    expect(readdirSync(join(project, ".sti"))).toEqual(["logs"]);
  });

  test("a link that appears while a session is at work is not followed either", () => {
    const { warnings, write } = open();
    write("api.log", "one");
    rmSync(join(project, ".sti/logs"), { recursive: true });
    symlinkSync(outside, join(project, ".sti/logs"));
    expect(write("web.log", "two")).toBe(join(root, "cache/logs/web.log"));
    expect(warnings).toHaveLength(1);
    expect(contents(outside)).toEqual(["file: untouched"]);
  });
});

test("where logs can be written nowhere, that is said once and the session goes on", () => {
  writeFileSync(join(project, ".sti"), "a file");
  writeFileSync(join(root, "cache"), "a file");
  const { warnings, write } = open();
  expect(write("api.log", "one")).toBeUndefined();
  expect(write("web.log", "two")).toBeUndefined();
  expect(warnings).toEqual([
    expect.stringMatching(/^no logs written: .*\.sti is not a folder; remove it; .*cache.*XDG_CACHE_HOME/),
  ]);
});

test("a project without a folder of its own has its logs in the cache", () => {
  const cached = privateFolder(join(root, "cache"));
  const opened = createLogFolder({ beside: undefined, instead: cached }, expect.fail).open("api.log");
  closeSync(opened?.descriptor ?? -1);
  expect(opened?.file).toBe(join(root, "cache/api.log"));
  expect(existsSync(join(project, ".sti"))).toBe(false);
});

function open() {
  const warnings: string[] = [];
  const folder = createLogFolder(
    { beside: project, instead: privateFolder(join(root, "cache")).folder("logs") },
    (message) => warnings.push(message),
  );
  const write = (name: string, text: string) => {
    const opened = folder.open(name);
    if (opened === undefined) return undefined;
    writeSync(opened.descriptor, text);
    closeSync(opened.descriptor);
    return opened.file;
  };
  return { write, warnings };
}

/** All files in the folder with their texts, links and pipes by their kind. */
function contents(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return `${path.slice(folder.length + 1)}: ${entry.isFile() ? readFileSync(path, "utf8") : "special"}`;
    })
    .sort();
}
