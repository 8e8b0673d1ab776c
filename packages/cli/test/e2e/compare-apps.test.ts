import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { CompareReport, LevelVerdict } from "@sti/core";
import { openBrowser, watchPage } from "@sti/testing/browser";
import { FEW_FILES, imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { A_METHOD, BY_CONTAINER, ENDS_BUILDS, METHODS } from "@sti/testing/engine-methods";
import { findFaults } from "@sti/testing/page-layout";
import { runSti, whenPrinted } from "@sti/testing/run-cli";
import type { Workspace } from "@sti/testing/workspace";
import { afterEach, describe, expect, test } from "vitest";
import { projectFolders } from "../../src/project/project-folders.ts";
import { createProject } from "../create-project.ts";

const REPOSITORY = "sti-e2e-compare";
const { config, endpoint, image, imageId } = await withEngine(REPOSITORY);

let project: Workspace;
const sti = (...args: string[]) => runSti(args, { cwd: project.folder });
afterEach(async () => {
  expect(await tagsBelow("sti-compare")).toEqual([]);
});

const PREPARE = `#!/bin/sh
set -e
mkdir -p /srv/app /tmp/build && cp -r /tmp/src/. /srv/app/ && cp -r /tmp/src/. /tmp/build/
if [ -e /srv/app/time ]; then date +%s.%N > /srv/app/built-at; fi
if [ -e /srv/app/pyc ]; then printf '\\313\\015\\015\\012\\0\\0\\0\\0%b\\010\\0\\0\\0code' "$(date +%s%N | sed 's/.*\\(..\\)\\(..\\)$/\\\\0\\1\\\\0\\2aa/;s/[89]/7/g')" > /srv/app/x.pyc; fi
if [ -e /srv/app/picky ] && [ ! -e /etc/package ]; then echo package is missing >&2; exit 7; fi
if [ -e /srv/app/wait ]; then echo waiting; sleep 60; exit 1; fi
if [ -e /tmp/artifacts/kept ]; then touch /srv/app/stale; fi
`;

/** Two builders, of which the second one has something less. */
const FILES = {
  ...imageFolder(
    "builder",
    {
      prepare: PREPARE,
      run: "#!/bin/sh\ncat /srv/app/text\n",
      "save-artifacts": "#!/bin/sh\nif [ -e /srv/app/keep ]; then touch /tmp/artifacts/kept; fi\n",
    },
    { before: `${FEW_FILES}RUN echo yes > /etc/package\n` },
  ),
  ...imageFolder(
    "next",
    { prepare: PREPARE, run: "#!/bin/sh\ncat /srv/app/text\n", "save-artifacts": "#!/bin/sh\n" },
    { before: `${FEW_FILES}RUN echo 2 > /etc/release\n` },
  ),
  "web/text": "web",
  "api/text": "api",
};

/** Identical where both were built within one second, the resolution of files' times. */
const SAME = expect.stringMatching(/^(?:identical|equivalent)$/);

test.runIf(BY_CONTAINER)(
  "two builds of an app differ in nothing but where they come from, and leave the app's tag and records alone",
  async () => {
    await start();
    expect(await sti("run", "web")).toMatchObject({ exitCode: 0 });
    const earlier = await imageId("web:dev");
    const { code, report } = await compare("web", "--methods");
    expect(code).toBe(0);
    expect(report.apps).toMatchObject([
      { app: "web", verdict: "equivalent", left: { label: "Dockerfile method" } },
    ]);
    expect(levelOf(report, "config")?.rules.map(({ name }) => name)).toEqual(["origin-labels"]);
    expect(await imageId("web:dev")).toBe(earlier);
    expect(
      readdirSync(join(projectFolders(project.folder, process.env).memory.path, "records")).sort(),
    ).toEqual(["builder.json", "web.json"]);
    expect(await sti("run", "web")).toMatchObject({ stdout: expect.stringContaining("2 up to date") });
  },
);

test("an app that embeds the time is named with the file and a hint by --repro, by either method", async () => {
  await start({}, { "api/time": "" });
  for (const method of METHODS) {
    const { code, report } = await compare("api", "web", "--repro", "-m", method);
    expect(code).toBe(1);
    expect(report.apps.map(({ app, verdict }) => [app, verdict])).toEqual([
      ["web", SAME],
      ["api", "different"],
    ]);
    const [difference, ...more] = levelOf(report, "files", 1)?.differences.filter(({ rule }) => !rule) ?? [];
    expect(difference).toMatchObject({
      path: "/srv/app/built-at",
      what: "content",
      hint: { kind: "timestamp" },
    });
    expect(more).toEqual([]);
  }
});

test("stamps in compiled Python are covered by a rule", async () => {
  await start({}, { "api/pyc": "" });
  const { report } = await compare("api", "--repro");
  expect(report.apps).toMatchObject([{ verdict: "equivalent" }]);
});

describe("on two bases", () => {
  const CHECKS = { commands: [{ name: "text", run: ["cat", "/srv/app/text"] }] };

  test("every app that uses an image entry is a row, and a variant that cannot be built is not compared, with the reason", async () => {
    await start({ web: { checks: CHECKS } }, { "api/picky": "" });
    const { exitCode, stdout, stderr } = await sti("compare", "--all", "--build-image", "builder=next");
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/web +≈ equivalent/);
    expect(stdout).toMatch(/api +\? not compared/);
    expect(stdout).toContain("next: failed: /usr/bin/prepare of sti-e2e-compare/next:latest exited with 7");
    expect(stdout).toContain("1 equivalent · 1 not compared");
    expect(stderr).toContain("package is missing");
  });

  test("what differs between the bases counts only where no check has seen the app on both", async () => {
    await start({ web: { checks: CHECKS } });
    const { report } = await compare("web", "api", "--build-image", "next");
    expect(levelOf(report, "files", 0)?.rules).toContainEqual(expect.objectContaining({ name: "base" }));
    expect(report.apps.map(({ verdict }) => verdict)).toEqual(["equivalent", "different"]);
    expect(levelOf(report, "files", 1)?.differences[0]).toMatchObject({
      path: "/etc/package",
      origin: "base",
    });
  });

  test("a command that behaves otherwise is named, and both outputs are kept", async () => {
    await start({ web: { checks: { commands: [{ name: "package", run: ["cat", "/etc/package"] }] } } });
    const { code, report } = await compare("web", "--build-image", "builder", "--build-image", "next");
    expect(code).toBe(1);
    expect(levelOf(report, "behaviour")).toMatchObject({
      verdict: "different",
      differences: [
        { path: "package", what: "exit code", left: "0", right: "1" },
        { path: "package", what: "stdout", left: "yes" },
        { path: "package", what: "stderr" },
      ],
    });
    const log = report.apps[0]?.right.log ?? "";
    expect(readFileSync(log, "utf8")).toMatch(/^--- package\n.*No such file/);
  });
});

test("requests are answered alike on two bases, or the first answer that differs is named", async () => {
  const serve = readFileSync(new URL("../../../../examples/hello/builder/serve.pl", import.meta.url), "utf8");
  const dockerfile = (name: "builder" | "next") => `${FILES[`${name}/Dockerfile`]}COPY serve.pl /usr/bin/\n`;
  const server = (folder: string) => `#!/bin/sh\nexec perl /usr/bin/serve.pl ${folder} 8080\n`;
  const checks = {
    http: [
      { path: "/text", port: 8080 },
      { path: "/none", port: 8080 },
    ],
  };
  await start(
    { web: { checks }, api: { checks } },
    {
      "builder/Dockerfile": dockerfile("builder"),
      "builder/serve.pl": serve,
      "builder/run": server("/srv/app"),
      "next/Dockerfile": dockerfile("next"),
      "next/serve.pl": serve,
      "next/run": server("/srv"),
    },
  );
  const same = await compare("web", "--repro");
  expect(levelOf(same.report, "behaviour")).toMatchObject({
    verdict: "identical",
    note: expect.stringMatching(/^up after [\d.]+ s and [\d.]+ s, using [\d.]+ MB and [\d.]+ MB of memory$/),
  });
  const { report } = await compare("api", "--build-image", "next");
  expect(levelOf(report, "behaviour")).toMatchObject({
    verdict: "different",
    differences: [
      { path: "GET /text", what: "status", left: "200", right: "404" },
      { path: "GET /text", what: "body", left: "api" },
      { rule: "usual-headers", what: "header content-length" },
    ],
  });
});

test("an incremental build that keeps what a clean one has not is named, from the image there is or from one made for it", async () => {
  await start({}, { "api/keep": "" });
  const { report } = await compare("api", "web", "--incremental");
  expect(report.apps.map(({ app, notes, verdict }) => [app, notes.length, verdict])).toEqual([
    ["web", 0, SAME],
    ["api", 0, "different"],
  ]);
  expect(levelOf(report, "files", 1)?.differences[0]).toMatchObject({ path: "/srv/app/stale", left: null });
  expect(await sti("run", "-m", A_METHOD)).toMatchObject({ exitCode: 0 });
  const again = await compare("api", "--incremental", "-m", A_METHOD);
  expect(levelOf(again.report, "files")?.differences[0]).toMatchObject({ path: "/srv/app/stale" });
});

test.runIf(BY_CONTAINER)(
  "what --require asks for decides, and quiet prints only what is not enough",
  async () => {
    await start();
    expect(await sti("compare", "web", "--methods", "--quiet")).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    const strict = await sti("compare", "web", "--methods", "--quiet", "--require", "identical");
    expect(strict).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringMatching(/^web +≈ equivalent/),
    });
    const silent = await sti("compare", "web", "--methods", "--reporter", "silent");
    expect(silent).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  },
);

test("reports are written: JUnit with a case for each app and level, a page that is escaped, JSON", async () => {
  await start({ web: { checks: { commands: [{ name: "<b>", run: ["cat", "/etc/package"] }] } } });
  const files = ["junit=a.xml", "html=a.html", "json=a.json"].flatMap((file) => ["--report", file]);
  await sti("compare", "web", "--build-image", "next", ...files);
  const read = (name: string) => readFileSync(join(project.folder, name), "utf8");
  expect(read("a.xml")).toMatch(/tests="3" failures="1".*\n.*\n<testcase name="config" classname="apps.web"/);
  expect(read("a.html")).toContain("&lt;b&gt;");
  expect(read("a.html")).not.toContain("<b>package");
  expect(JSON.parse(read("a.json"))).toMatchObject({ schemaVersion: 1, verdict: "different" });
  const page = await (await openBrowser()).newPage();
  const problems = watchPage(page);
  await page.goto(pathToFileURL(join(project.folder, "a.html")).href);
  expect(await findFaults(page)).toEqual([]);
  expect(problems).toEqual([]);
});

const ENDS = [
  ["SIGINT", 130],
  // An engine may go on with killed builds: their images come later.
  ...(ENDS_BUILDS ? ([["SIGKILL", null]] as const) : []),
] as const;

test.each(ENDS)(
  "a comparison that is ended by %s leaves nothing, at the latest after the next session",
  async (signal, code) => {
    await start({ web: { source: ".", ignore: ["*", "!web"] } }, { "api/wait": "" });
    const isHalfDone = (output: string) => output.includes("waiting") && /web@first.*built/.test(output);
    const { exitCode } = await runSti(["compare", "web", "api", "--repro", "-v"], {
      cwd: project.folder,
      ...whenPrinted(isHalfDone, (kill) => kill(signal)),
    });
    expect(exitCode).toBe(code);
    if (signal === "SIGKILL") {
      expect(await tagsBelow("sti-compare")).not.toEqual([]);
      expect(await sti("clean")).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining("sti-compare/"),
      });
    }
  },
);

describe("sti promote", () => {
  const STABLE = `${REPOSITORY}/web:stable`;
  const tag = async (image: string | undefined, to: string) => {
    const [repo, name] = to.split(":");
    await callEngine(endpoint, "POST", `/images/${image}/tag?repo=${repo}&tag=${name}`);
  };

  test("moves a tag to an equivalent image, and writes the lock that has the tag", async () => {
    await start();
    await sti("run", "web");
    const first = await imageId("web:dev");
    await tag(first, STABLE);
    await tag(first, `${REPOSITORY}/web:kept`);
    const locked = { schemaVersion: 1, images: { [STABLE]: { id: first, platform: "linux/amd64" } } };
    writeFileSync(join(project.folder, "sti.lock"), JSON.stringify(locked));
    await sti("run", "web", "--force", "--no-frozen");
    const second = await imageId("web:dev");
    const moved = await sti("promote", "web", "--to", STABLE, "--if-equivalent");
    expect(moved).toMatchObject({
      exitCode: 0,
      stderr: "",
      stdout: expect.stringContaining("sti.lock was updated"),
    });
    expect(await imageId("web:stable")).toBe(second);
    expect(readFileSync(join(project.folder, "sti.lock"), "utf8")).toContain(second);
  });

  test("moves nothing to an image that differs, or without a comparison", async () => {
    await start();
    await sti("run");
    const first = await imageId("web:dev");
    await tag(first, STABLE);
    const refused = await sti("promote", `${REPOSITORY}/api:dev`, "--to", STABLE, "--if-equivalent");
    expect(refused).toMatchObject({
      exitCode: 1,
      stdout: "",
      stderr: expect.stringMatching(/files +✖ different/),
    });
    expect(await sti("promote", "api", "--to", STABLE)).toMatchObject({ exitCode: 2 });
    expect(await sti("promote", "api", "--to", `${REPOSITORY}/none`, "--if-equivalent")).toMatchObject({
      exitCode: 1,
    });
    expect(await imageId("web:stable")).toBe(first);
  });
});

async function start(apps: object = {}, files: Readonly<Record<string, string>> = {}): Promise<void> {
  const own = apps as Readonly<Record<string, object>>;
  const app = (name: string) => ({ tag: image(`${name}:dev`), ...own[name] });
  const text = config({ web: app("web"), api: app("api") }, { images: { builder: {}, next: {} } });
  project = await createProject({ ...FILES, ...files, "sti.config.json": text });
}

async function compare(
  ...args: string[]
): Promise<{ readonly code: number | null; readonly report: CompareReport }> {
  const { exitCode, stdout, stderr } = await sti("compare", "--json", ...args);
  expect(stdout, stderr).toMatch(/^\{/);
  return { code: exitCode, report: JSON.parse(stdout) as CompareReport };
}

function levelOf(report: CompareReport, level: LevelVerdict["level"], index = 0): LevelVerdict | undefined {
  return report.apps[index]?.comparison?.levels.find((one) => one.level === level);
}

/** Without the registry's name, which Podman lists. */
async function tagsBelow(repository: string): Promise<readonly string[]> {
  const { body } = await callEngine(endpoint, "GET", "/images/json");
  return (body as readonly { readonly RepoTags: readonly string[] | null }[])
    .flatMap(({ RepoTags }) => (RepoTags ?? []).map((tag) => tag.replace(/^docker\.io\//, "")))
    .filter((tag) => tag.startsWith(`${repository}/`));
}
