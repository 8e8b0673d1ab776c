// Keys of a watch on a terminal, with a real engine behind it.
import { copyingScripts, imageFolder, withEngine } from "@sti/testing/e2e";
import { A_METHOD } from "@sti/testing/engine-methods";
import { watchSti } from "@sti/testing/watch-cli";
import { expect, test } from "vitest";
import { createProject } from "../create-project.ts";
import { watchInTerminal } from "./watch-keys.fixtures.ts";

const { config, imageId } = await withEngine("sti-e2e-watch-keys");

/** `mirror` has the source of `web`. */
const FILES = {
  ...imageFolder(
    "builder",
    copyingScripts(
      "if [ -e /srv/app/broken ]; then echo first of all; echo 'error: it is broken' >&2; exit 7; fi",
    ),
  ),
  "web/text": "one",
  "sti.config.json": config({ web: { method: A_METHOD }, mirror: { source: "web", method: A_METHOD } }),
};

test("changes are collected while it is paused, and built once when it goes on", async () => {
  const project = await createProject(FILES);
  const paused = watchInTerminal(project.folder, "web");
  await paused.untilShown(/● watching/);
  const first = await imageId("web");
  paused.press("p");
  await paused.untilShown(/paused, p: go on/);
  // Another watch, which is not paused, builds each change: by then this one has noticed it.
  const other = watchSti(["mirror"], { cwd: project.folder });
  await other.until("watch-settled");
  for (const text of ["two", "three"]) {
    await project.write({ "web/text": text });
    await other.until("watch-settled", ({ changed }) => changed.includes("mirror"));
  }
  await paused.untilShown(/paused, p: go on · 1 changed file waits · /);
  expect(await imageId("web")).toBe(first);
  paused.press("p");
  await paused.untilShown(/✔ web {2}.*\(web\/text edited/);
  await paused.untilShown(/● watching · .* 1 built/);
  const built = (await paused.lines()).filter((line) => line.includes("✔ web"));
  expect(built).toHaveLength(2);
  expect(await imageId("web")).not.toBe(first);
  await other.stop();
  paused.press("q");
  expect(await paused.ended).toBe(0);
});

test("an app whose first build fails is listed with the others, and runs once it is fixed", async () => {
  const project = await createProject({ ...FILES, "web/broken": "", "other/text": "one" });
  const dev = { command: ["sleep", "600"] };
  const apps = { other: { method: A_METHOD, dev }, web: { method: A_METHOD, dev } };
  await project.write({ "sti.config.json": config(apps) });
  const watch = watchInTerminal(project.folder, "--run");
  await watch.untilShown(/^● watching · 1 failed/);
  await watch.untilShown(/^ {2}● other {2}up /);
  expect((await watch.lines()).findLast((line) => /^ {2}\S web/.test(line))).toBe("  ✖ web    build failed");
  await project.remove("web/broken");
  await watch.untilShown(/^ {2}● web {4}up /);
  watch.press("q");
  expect(await watch.ended).toBe(0);
});

test("a failure stands on the screen once, with a line for it until it is fixed", async () => {
  const project = await createProject(FILES);
  const watch = watchInTerminal(project.folder, "web");
  await watch.untilShown(/● watching/);
  await project.write({ "web/broken": "" });
  await watch.untilShown(/● watching · 1 failed/);
  const lines = await watch.lines();
  const count = (text: string) => lines.filter((line) => line.includes(text)).length;
  expect([count("first of all"), count("exited with 7"), count("error: it is broken")]).toEqual([1, 1, 2]);
  expect(lines.findLast((line) => line.startsWith("✖ web"))).toMatch(
    /^✖ web {2}failed .*: error: it is broken$/,
  );
  await project.remove("web/broken");
  await watch.untilShown(/^● watching · 2 targets/);
  watch.press("\u0003");
  expect(await watch.ended).toBe(130);
});
