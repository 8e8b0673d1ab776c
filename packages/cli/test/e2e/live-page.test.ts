// The page in a real browser: a watch that is edited, fails and is commanded from there, and reports of sessions.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { openBrowser, type Page, watchPage } from "@sti/testing/browser";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { A_METHOD } from "@sti/testing/engine-methods";
import { findFaults, findLayoutFaults } from "@sti/testing/page-layout";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";
import { printPage } from "../../src/report/page/html-report.ts";
import { ABOUT } from "../reported-session.ts";
import { server } from "./dev.fixtures.ts";
import { countTraffic, largeSession, scrollPage, watchOnPage } from "./live-page.fixtures.ts";

const { config } = await withEngine("sti-e2e-live-page", { removes: "test" });

const PROJECT = {
  ...imageFolder("builder", {
    prepare: [
      "#!/bin/sh",
      "mkdir -p /srv && cp -R /tmp/src/. /srv/",
      "echo '<img src=x onerror=alert(1)> \u001b[31mcompiling\u001b[0m'",
      "if [ -e /srv/broken ]; then echo 'error: it is <b>broken</b>' >&2; echo after; exit 7; fi",
      "",
    ].join("\n"),
    run: "#!/bin/sh\nexec perl /srv/server.pl\n",
  }),
  "api/server.pl": server("one"),
  "api/public/page": "first",
  "sti.config.json": config({
    api: {
      method: A_METHOD,
      dev: { ports: ["127.0.0.1::8000"], env: { MODE: "dev" }, probe: { http: "/" } },
    },
  }),
};
const heading = (page: Page) => page.getByRole("heading", { level: 1 });

test("a page follows a watch: a build, an edit, a failure, a restart, a sleep and the end", async () => {
  const { folder, write, remove } = await createWorkspace(PROJECT);
  expect(await runSti(["run"], { cwd: folder })).toMatchObject({ exitCode: 0 });
  const { page, problems, watching } = await watchOnPage(folder);

  await page.getByText("All 2 targets up to date").first().waitFor();
  const app = page.locator(".containers li", { hasText: "api" });
  await app.getByText(/^GET \/ on port 8000: ok at \d\d:\d\d:\d\d$/).waitFor();
  const opened = page.context().waitForEvent("page");
  await app.getByRole("link", { name: /^localhost:/ }).click();
  await (await opened).getByText("one first").waitFor();

  await app.getByRole("link", { name: "api" }).click();
  await page.getByText("one listens with dev").waitFor();
  await page.getByLabel("Search the output").fill("LISTENS");
  await page.getByText("1 of 1").waitFor();
  expect(await page.locator("mark").textContent()).toBe("listens");
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Close details of api" }).click();

  await write({ "api/server.pl": server("two") });
  await page.locator("#builds tbody tr", { hasText: "server.pl edited" }).waitFor();

  await write({ "api/broken": "" });
  await heading(page).getByText("1 of 2 targets failed").waitFor();
  const card = page.locator("#failures article");
  expect(await card.locator(".error-line").textContent()).toContain("error: it is <b>broken</b>");
  await card.getByText("sti run api").waitFor();
  expect(await card.getByText("<img src=x").textContent()).toContain("> compiling");
  await remove("api/broken");
  await heading(page).getByText("All 2 targets up to date").waitFor();

  const at = watching.events().length;
  await app.getByRole("button", { name: "Restart api" }).click();
  await watching.until("container-started", "api", at);
  await page.locator("#targets").getByRole("link", { name: "api" }).click();
  const earlier = (where: Page) =>
    where.locator(".earlier li", { hasText: "no image has its tag" }).waitFor();
  await earlier(page);
  await page.getByRole("button", { name: "Rebuild", exact: true }).click();
  await watching.until("target-finished", "api", at);

  await page.context().setOffline(true);
  await page.clock.fastForward(3_600_000);
  await page.getByText("no answer; trying again").waitFor();
  const before = watching.events().length;
  await write({ "api/server.pl": server("three") });
  await watching.until("container-up", "api", before);
  await page.context().setOffline(false);
  await page.locator("header").getByText("live", { exact: true }).waitFor();
  await page.locator("#builds tbody tr", { hasText: "server.pl edited" }).nth(1).waitFor();

  const live = () => page.locator("header").getByText("live", { exact: true }).waitFor();
  const loaded = await countTraffic(page, async () => {
    await page.reload();
    await live();
  });
  const resting = await countTraffic(page, () => page.waitForTimeout(3000));
  process.stderr.write(`live page: ${loaded} bytes to load, ${resting} bytes in 3 s at rest\n`);
  // Less than 2 MB a minute.
  expect(resting).toBeLessThan(100_000);
  expect(await findFaults(page)).toEqual([]);

  const saved = page.waitForEvent("download");
  watching.kill("SIGINT");
  await page.locator("header").getByText("session ended").waitFor();
  await watching.ended;
  await page.getByRole("button", { name: "Save as report" }).click();
  const report = join(folder, "saved.html");
  await (await saved).saveAs(report);
  const again = await page.context().newPage();
  const wrong = watchPage(again);
  await again.goto(pathToFileURL(report).href);
  await again.locator("#builds").getByText("server.pl edited").first().waitFor();
  await again.locator("#targets").getByRole("link", { name: "api" }).click();
  await earlier(again);
  expect(wrong).toEqual([]);
  // The requests while it was offline.
  expect(
    problems.filter((problem) => !/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED/.test(problem)),
  ).toEqual([]);
});

test("a report of a failure is accessible in light and dark and on a phone, and loads nothing", async () => {
  const { folder } = await createWorkspace({ ...PROJECT, "api/broken": "" });
  expect(await runSti(["run", "--report", "html"], { cwd: folder })).toMatchObject({ exitCode: 1 });
  const page = await (await openBrowser()).newPage();
  const problems = watchPage(page);
  const requests: string[] = [];
  page.on("request", (request) => requests.push(request.url()));
  const url = pathToFileURL(join(folder, "sti-report.html")).href;
  await page.goto(url);
  await heading(page).getByText("1 of 2 targets failed").waitFor();
  await page.getByText("Legend").click();
  await page.keyboard.press("/");
  await page.keyboard.type("api");
  await page.getByText("1 of 2 targets", { exact: true }).waitFor();
  await page.locator("#targets a").focus();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { level: 2, name: "api" }).waitFor();
  expect(await findFaults(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.locator(".details").waitFor({ state: "detached" });
  expect(requests.filter((one) => one !== url && !one.startsWith("data:"))).toEqual([]);
  expect(problems).toEqual([]);
  expect(readFileSync(join(folder, "sti-report.html"), "utf8")).toContain("sti run --report html");
});

test("controls over text, or over each other, are found", async () => {
  const page = await (await openBrowser()).newPage();
  const box = "position: absolute; left: 0; width: 90px; height: 30px";
  await page.setContent(`
    <p style="${box}; top: 0">covered</p> <button style="${box}; top: 0">one</button>
    <a href="#" style="${box}; top: 100px">two</a> <input aria-label="three" style="${box}; top: 110px">
    <div style="${box}; top: 200px; overflow: hidden"><p style="margin-top: 40px">hidden</p></div>
    <button style="${box}; top: 230px">four</button>
    <div style="position: fixed; inset: 0"><button>overlay</button></div>
    <a href="#" style="${box}; top: 300px">words <b>inside</b></a>`);
  expect(await findLayoutFaults(page)).toEqual([
    'button "one" lies over the text "covered"',
    'a "two" lies over input "three"',
    'input "three" lies over the text "two"',
  ]);
  await page.setContent('<p style="width: 3000px">wide</p> <a href="#" style="margin-left: -30px">six</a>');
  expect(await findLayoutFaults(page)).toEqual([
    expect.stringContaining("in a window of 1280"),
    'a "six" is not wholly in the window',
  ]);
});

test("a report of five hundred targets can be scrolled, with those up to date folded", async () => {
  const { folder } = await createWorkspace({});
  const file = join(folder, "large.html");
  const context = { about: ABOUT, kind: "session", cwd: folder, logOf: () => undefined } as const;
  writeFileSync(file, printPage(largeSession(500), context));
  const page = await (await openBrowser()).newPage();
  const problems = watchPage(page);
  await page.goto(pathToFileURL(file).href);
  await page.locator("#targets").getByText("333 targets up to date").waitFor();
  const { median, slow } = await scrollPage(page);
  process.stderr.write(
    `500 targets scrolled: ${median.toFixed(1)} ms a frame, ${slow.toFixed(1)} ms in the slowest 5 %\n`,
  );
  expect(problems).toEqual([]);
});
