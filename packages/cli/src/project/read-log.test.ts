import {
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateFolder } from "@sti/source/private";
import { expect, onTestFinished, test } from "vitest";
import { readLog } from "./read-log.ts";

test("the newest of the two places counts", async () => {
  const { beside, instead, read } = createPlaces();
  expect(await read()).toBeUndefined();
  writeFileSync(join(beside, "web.log"), "beside");
  utimesSync(join(beside, "web.log"), 1, 1);
  expect(await read()).toBe("beside");
  writeFileSync(join(instead, "web.log"), "instead");
  expect(await read()).toBe("instead");
});

test("no link is followed, neither a file nor a folder", async () => {
  const { beside, project, read } = createPlaces();
  writeFileSync(join(project, "secret"), "secret");
  symlinkSync("../../secret", join(beside, "web.log"));
  expect(await read()).toBeUndefined();
  rmSync(beside, { recursive: true });
  mkdirSync(join(project, "elsewhere"));
  writeFileSync(join(project, "elsewhere/web.log"), "secret");
  symlinkSync("../elsewhere", beside);
  expect(await read()).toBeUndefined();
});

function createPlaces() {
  const project = realpathSync(mkdtempSync(join(tmpdir(), "sti-read-log-")));
  onTestFinished(() => rmSync(project, { recursive: true }));
  const [beside, instead] = [join(project, ".sti/logs"), join(project, "cache/logs")];
  for (const folder of [beside, instead]) mkdirSync(folder, { recursive: true });
  const place = { beside: project, instead: privateFolder(instead) };
  return { project, beside, instead, read: async () => await readLog(place, "web.log", 100) };
}
