import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { privateFolder } from "@sti/source/private";
import { expect, onTestFinished, test } from "vitest";
import { forgetProjects } from "./forget-projects.ts";

const DAY = 24 * 60 * 60;

test("a project to which nothing was added for three months is forgotten, and nothing a link leads to is", async () => {
  const root = mkdtempSync(join(tmpdir(), "sti-forget-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const projects = join(root, "projects");
  const now = Date.now();
  mkdirSync(join(root, "outside"));
  writeFileSync(join(root, "outside/file"), "");
  for (const [name, days] of [
    ["new", 1],
    ["used", 80],
    ["old", 91],
  ] as const) {
    const records = join(projects, name, "records");
    mkdirSync(records, { recursive: true });
    writeFileSync(join(records, "web.json"), "");
    symlinkSync(join(root, "outside"), join(records, "link"));
    utimesSync(records, 0, now / 1000 - days * DAY);
    utimesSync(join(projects, name), 0, now / 1000 - 100 * DAY);
  }
  await forgetProjects(privateFolder(projects), now);
  expect(readdirSync(projects).sort()).toEqual(["new", "used"]);
  expect(readdirSync(join(root, "outside"))).toEqual(["file"]);
});
