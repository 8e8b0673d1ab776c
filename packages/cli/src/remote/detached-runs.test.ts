import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { currentOwner } from "../process/session-owner.ts";
import { chooseRun } from "./choose-run.ts";
import { type DetachedRun, detachedRuns } from "./detached-runs.ts";
import { followLines } from "./follow-lines.ts";

const owner = currentOwner();
let home: string;
let folder: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "sti-runs-"));
  folder = join(home, "sti", "runs");
});
afterEach(() => rmSync(home, { recursive: true }));
const open = () => detachedRuns({ XDG_CACHE_HOME: home });
const runOf = (id: string, more: Partial<DetachedRun> = {}): DetachedRun => ({
  v: 1,
  id,
  started: 1,
  command: "sti run",
  cwd: "/",
  owner,
  ...more,
});
async function make(run: DetachedRun): Promise<void> {
  open().create(run.id).close();
  await open().add(run);
}

test("runs are listed from the newest on, and nobody else can read their files", async () => {
  await make(runOf("aaaaaaaa", { started: 1 }));
  await make(runOf("bbbbbbbb", { started: 2 }));
  expect(open().list()).toEqual([runOf("bbbbbbbb", { started: 2 }), runOf("aaaaaaaa")]);
  const names = readdirSync(folder);
  expect(names).toHaveLength(6);
  for (const name of names) expect(lstatSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(() => open().create("aaaaaaaa")).toThrow("EEXIST");
});

test.each([
  ["of another version", JSON.stringify({ ...runOf("aaaaaaaa"), v: 2 })],
  ["of another run", JSON.stringify(runOf("bbbbbbbb"))],
  ["without an owner", JSON.stringify({ ...runOf("aaaaaaaa"), owner: { pid: "1" } })],
  ["that is null", "null"],
  ["that is no JSON", "{"],
])("a record %s is no run", async (_what, text) => {
  await make(runOf("aaaaaaaa"));
  writeFileSync(join(folder, "aaaaaaaa.json"), text);
  expect(open().list()).toEqual([]);
});

test("nothing is read from a folder that others can write to", async () => {
  await make(runOf("aaaaaaaa"));
  chmodSync(folder, 0o777);
  expect(open().list()).toEqual([]);
});

test("files of runs go after a week, unless the run goes on", async () => {
  const ended = { ...owner, pid: 2 ** 22 + 1 };
  await make(runOf("aaaaaaaa", { owner: ended }));
  await make(runOf("bbbbbbbb"));
  await make(runOf("cccccccc", { owner: ended }));
  const old = Date.now() / 1000 - 8 * 86_400;
  for (const id of ["aaaaaaaa", "bbbbbbbb"]) utimesSync(join(folder, `${id}.ndjson`), old, old);
  await open().prune();
  expect(
    open()
      .list()
      .map(({ id }) => id)
      .sort(),
  ).toEqual(["bbbbbbbb", "cccccccc"]);
  expect(readdirSync(folder)).toHaveLength(6);
});

test("a run is chosen by its first characters, and without any it is the newest", () => {
  const runs = [runOf("ab000000"), runOf("ac000000")];
  expect(chooseRun(undefined, runs)).toEqual({ run: runs[0] });
  expect(chooseRun("ac", runs)).toEqual({ run: runs[1] });
  expect(chooseRun("a", runs)).toEqual({ problem: 'several runs "a"; there are ab000000, ac000000' });
  expect(chooseRun("ab00000", [])).toMatchObject({ problem: expect.stringContaining("--detach starts one") });
  expect(chooseRun("ad000000", runs)).toMatchObject({ problem: expect.stringMatching(/^no run "ad0{6}"; /) });
});

test("lines are read from the first on while they are written, to the last", async () => {
  const { close, messages } = open().create("aaaaaaaa");
  writeSync(messages, "one\ntw");
  let isOver = false;
  const lines: string[] = [];
  const { signal } = new AbortController();
  for await (const line of followLines(open().filesOf("aaaaaaaa").messages, {
    isOver: () => isOver,
    signal,
  })) {
    lines.push(line);
    if (line === "one") writeSync(messages, "o\nth");
    if (line !== "two") continue;
    writeSync(messages, "ree\nhalf");
    isOver = true;
  }
  close();
  expect(lines).toEqual(["one", "two", "three"]);
});

test("reading ends with the signal's reason", async () => {
  open().create("aaaaaaaa").close();
  const stop = new AbortController();
  const lines = followLines(open().filesOf("aaaaaaaa").messages, {
    isOver: () => false,
    signal: stop.signal,
  });
  const next = lines.next();
  stop.abort(new Error("stopped"));
  await expect(next).rejects.toThrow("stopped");
});
