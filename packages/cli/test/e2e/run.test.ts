import { EARLIER_METHODS } from "@sti/core";
import { copyingScripts, imageFolder, withEngine } from "@sti/testing/e2e";
import { A_METHOD, ENDS_BUILDS, HAS_TRIGGERS, METHODS } from "@sti/testing/engine-methods";
import { runSti, whenPrinted } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { beforeEach, describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";

const REPOSITORY = "sti-e2e";
const { image, imageId, leftovers, removeImages } = await withEngine(REPOSITORY);
const removeApps = () => removeImages([`${image("builder")}:latest`]);

/** A builder whose prepare does what files in the source ask for. */
const BUILDER = imageFolder(
  "builder",
  copyingScripts(
    "rm -rf /tmp/src/* && echo changed > /tmp/src/text",
    "if [ -e /srv/app/fail ]; then echo about to fail; echo the reason >&2; exit 7; fi",
    "if [ -e /srv/app/wait ]; then trap '' TERM INT; echo waiting; sleep 60; exit 1; fi",
  ),
);
/** All of them end a session in the same way, whose exit code is that of the signal. */
const SIGNALS = [
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
] as const;
const SOURCES = { "web/text": "web", "api/text": "api" };

describe.each(METHODS)("sti run by method %s", (method) => {
  let project: Workspace;
  const run = (...args: string[]) => runSti(["run", ...args], { cwd: project.folder });
  beforeEach(async () => {
    project = await createProject({ ...BUILDER, ...SOURCES, "sti.config.ts": configOf(method) });
  });

  test("keeps the earlier image and skips dependents when prepare fails, and builds the rest", async () => {
    expect(await run()).toMatchObject({ exitCode: 0, stderr: "" });
    const earlier = [await imageId("web"), await imageId("shop")];
    await project.write({ "web/fail": "", "api/text": "api 2" });
    const { exitCode, stdout, stderr } = await run();
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/api .*built/);
    expect(stdout).toMatch(/shop .*skipped: needs web, which failed/);
    expect(stderr).toContain("apps.web: /usr/bin/prepare of sti-e2e/builder:latest exited with 7");
    expect(stderr).toContain("sti.config.ts:6:5");
    expect(stderr).toContain("the reason");
    expect([await imageId("web"), await imageId("shop")]).toEqual(earlier);
  });

  test("builds nothing again for the earlier name of the method", async () => {
    await removeApps();
    await project.write({ "sti.config.ts": configOf(EARLIER_METHODS[method]) });
    expect(await run("web")).toMatchObject({ exitCode: 0, stderr: "" });
    await project.write({ "sti.config.ts": configOf(method) });
    expect((await run("web", "-m", EARLIER_METHODS[method])).stdout).toMatch(/web .*up to date/);
    expect((await run("web")).stdout).toMatch(/web .*up to date/);
  });

  test("never changes the user's own files", async () => {
    expect(await run("web")).toMatchObject({ exitCode: 0 });
    const { readFile, readdir } = await import("node:fs/promises");
    expect(await readdir(`${project.folder}/web`)).toEqual(["text"]);
    expect(await readFile(`${project.folder}/web/text`, "utf8")).toBe("web");
  });

  test("builds what was named and what it needs, and nothing else", async () => {
    await removeApps();
    expect(await run("shop")).toMatchObject({ exitCode: 0 });
    expect(await imageId("shop")).toBeDefined();
    expect(await imageId("api")).toBeUndefined();
  });

  test("leaves no untagged image when it builds again", async () => {
    expect(await run()).toMatchObject({ exitCode: 0 });
    await project.write({ "web/text": `web ${Math.random()}` });
    expect(await run()).toMatchObject({ exitCode: 0 });
    expect(await run("--force")).toMatchObject({ exitCode: 0 });
  });

  test.each(method === A_METHOD ? SIGNALS : SIGNALS.slice(0, 1))(
    "stops a prepare that ignores signals on %s, cleans up and keeps the earlier image",
    async (signal, code) => {
      expect(await run()).toMatchObject({ exitCode: 0 });
      const earlier = await imageId("web");
      await project.write({ "web/wait": "" });
      const waiting = whenPrinted("waiting", (kill) => kill(signal));
      const { exitCode, stdout } = await runSti(["run", "-v", "web"], { cwd: project.folder, ...waiting });
      expect({ exitCode, sent: waiting.hasActed() }).toEqual({ exitCode: code, sent: true });
      expect(stdout).toMatch(/web .*cancelled: interrupted/);
      expect(await imageId("web")).toBe(earlier);
    },
  );

  test("stops in whatever step the signal comes", async () => {
    await project.write({ "web/text": `${Math.random()}` });
    for (const step of [
      "builder │ ▸",
      "web │ ▸ send",
      "web │ ▸ build",
      "web │ ▸ /usr/bin/prepare",
      "web │ ▸ commit",
      "web │ ▸ tag",
    ]) {
      const reached = whenPrinted(step, (kill) => kill("SIGINT"));
      const { exitCode } = await runSti(["run", "-v", "--force", "web"], { cwd: project.folder, ...reached });
      expect({ step, exitCode }).toEqual({ step, exitCode: reached.hasActed() ? 130 : 0 });
      if (ENDS_BUILDS) await leftovers.expectNone();
    }
    expect(await run("web")).toMatchObject({ exitCode: 0 });
    await leftovers.expectNone();
  });

  test("sweeps what a killed session left", async () => {
    expect(await run("web")).toMatchObject({ exitCode: 0 });
    await project.write({ "web/wait": "" });
    const waiting = whenPrinted("waiting", (kill) => kill("SIGKILL"));
    await runSti(["run", "-v", "web"], { cwd: project.folder, ...waiting });
    await project.remove("web/wait");
    expect(await run("web")).toMatchObject({ exitCode: 0 });
  });
});

describe("sti run refuses before anything is built", () => {
  const refusal = async (files: Record<string, string>, ...args: string[]) => {
    const project = await createWorkspace({
      ...BUILDER,
      ...SOURCES,
      "sti.config.ts": configOf("dockerfile"),
      ...files,
    });
    return await runSti(["run", ...args], { cwd: project.folder });
  };

  test("a cycle, with its places and the edge to cut", async () => {
    const config = configOf("dockerfile").replace(
      'web: { source: "web", buildImage: "sti-e2e/builder"',
      'web: { source: "web", buildImage: "sti-e2e/shop"',
    );
    const { exitCode, stderr } = await refusal({ "sti.config.ts": config });
    expect(exitCode).toBe(2);
    expect(stderr).toContain("web → shop → web");
    expect(stderr).toContain("sti.config.ts:6:27");
    expect(stderr).toContain("hint: cut");
  });

  test("an unknown key and a wrong value, both at once", async () => {
    const more = 'docs: { sorce: "api", buildImage: 5, tag: "sti-e2e/docs" },';
    const { exitCode, stderr } = await refusal({ "sti.config.ts": configOf("dockerfile", more) });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/unknown key "sorce"[\s\S]*sti\.config\.ts:9:9[\s\S]*did you mean "source"/);
    expect(stderr).toMatch(/apps\.docs\.buildImage: must be an image reference[\s\S]*sti\.config\.ts:9:23/);
  });
});

const REFUSED: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ["without prepare", { "builder/Dockerfile": "FROM debian:bookworm-slim\n" }, /has no \/usr\/bin\/prepare/],
  [
    "whose prepare has CR LF line ends",
    { "builder/prepare": "#!/bin/sh\r\ntrue\r\n" },
    /first line ends in CR LF[\s\S]*hint: save the script with LF/,
  ],
  ["whose prepare needs a program it lacks", { "builder/prepare": "#!/bin/nothing\n" }, /\/bin\/nothing/],
  [
    "whose prepare is not executable",
    { "builder/Dockerfile": `${BUILDER["builder/Dockerfile"]}RUN chmod 644 /usr/bin/prepare\n` },
    /not executable/,
  ],
  ...(HAS_TRIGGERS
    ? [
        [
          "with ONBUILD triggers",
          { "builder/Dockerfile": `${BUILDER["builder/Dockerfile"]}ONBUILD RUN true\n` },
          /ONBUILD/,
        ] as const,
      ]
    : []),
];

describe("sti run distinguishes the engine's problems from the project's", () => {
  test("an engine that is not there ends with 3, and says where it was looked for", async () => {
    const project = await createWorkspace({
      ...BUILDER,
      ...SOURCES,
      "sti.config.ts": configOf("dockerfile"),
    });
    const host = `unix://${project.folder}/none.sock`;
    expect(await runSti(["run"], { cwd: project.folder, env: { DOCKER_HOST: host } })).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/engine not reachable at unix:.*from DOCKER_HOST[\s\S]*hint:/),
    });
  });

  test.each(REFUSED)("a build image %s is refused before prepare runs", async (_, files, message) => {
    const project = await createWorkspace({
      ...BUILDER,
      ...SOURCES,
      "sti.config.ts": configOf("dockerfile"),
      ...files,
    });
    const { exitCode, stderr, stdout } = await runSti(["run", "-v", "web"], { cwd: project.folder });
    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: expect.stringMatching(message) });
    expect(stdout).not.toMatch(/web │ ▸ build/);
  });

  test("an image that cannot be pulled ends with 4", async () => {
    const project = await createWorkspace({
      "web/text": "web",
      "sti.config.json": JSON.stringify({
        apps: { web: { source: "web", buildImage: "127.0.0.1:9/none", tag: "sti-e2e/web" } },
      }),
    });
    expect(await runSti(["run"], { cwd: project.folder })).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining("cannot be pulled"),
    });
  });
});

function configOf(method: string, more = ""): string {
  return [
    'import { defineConfig } from "@sti/cli/config";',
    "export default defineConfig({",
    `  defaults: { method: "${method}" },`,
    `  images: { builder: { context: "builder", tag: "${REPOSITORY}/builder" } },`,
    "  apps: {",
    `    web: { source: "web", buildImage: "${REPOSITORY}/builder", tag: "${REPOSITORY}/web" },`,
    `    api: { source: "api", buildImage: "${REPOSITORY}/builder", tag: "${REPOSITORY}/api" },`,
    `    shop: { source: "api", buildImage: "${REPOSITORY}/web", tag: "${REPOSITORY}/shop" },`,
    more,
    "  },",
    "});",
    "",
  ].join("\n");
}
