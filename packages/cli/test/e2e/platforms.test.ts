// Apps that are built for two platforms, on two machines that share a store. docs/platforms.md has the same steps.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { afterAll, beforeAll, expect, test } from "vitest";
import { platformFixtures, publishBase, readIndex } from "./platforms.fixtures.ts";

const engine = await withEngine("sti-e2e-platforms", { check: "file" });
const { endpoint } = engine;

let registry: Registry;
let tag = "";
beforeAll(async () => {
  registry = await startRegistry();
  tag = `${registry.address}/acme/api:1`;
  await publishBase(endpoint, `${registry.address}/base:1`);
});
afterAll(() => registry.close());

const { createProject, empty, run, sti } = platformFixtures(engine, () => registry.address);

const BOTH = ["linux/amd64", "linux/arm64/v8"];

test("two machines build, a third session joins their results, and the next one has nothing to do", async () => {
  const project = await createProject(BOTH);
  const first = await run(project, "amd64", "--platform", "linux/amd64");
  expect(first).toMatchObject({ exitCode: 0, stderr: "" });
  expect(first.targets).toMatchObject({
    builder: { outcome: "built", platform: "linux/amd64" },
    api: { outcome: "built", platform: "linux/amd64" },
  });
  const early = await run(project, "amd64", "--push");
  expect(early.exitCode).toBe(4);
  expect(early.targets).toMatchObject({
    builder: { outcome: "up-to-date" },
    "builder@arm64": { outcome: "failed", failure: "platform-unbuildable" },
    "api@arm64": { outcome: "skipped" },
  });
  expect(early.targets.api?.pushed).toBeUndefined();
  await expect(readIndex(tag)).rejects.toThrow("404");

  await empty();
  const second = await run(project, "arm64", "--platform", "linux/arm64");
  expect(second).toMatchObject({ exitCode: 0, stderr: "" });
  expect(second.targets).toMatchObject({
    builder: { outcome: "built", platform: "linux/arm64" },
    api: { outcome: "built", platform: "linux/arm64" },
  });

  await empty();
  const why = await sti(project, "amd64", "why", "api");
  expect(why.stdout).toContain("api@arm64");
  const joined = await run(project, "amd64", "--push");
  expect(joined).toMatchObject({ exitCode: 0, stderr: "" });
  const restored = Object.values(joined.targets).map(({ outcome }) => outcome);
  expect(restored).toEqual(Array(4).fill("restored"));
  const index = await readIndex(tag);
  expect(index.platforms).toEqual(["linux/amd64", "linux/arm64"]);
  const pushed = { reference: tag, digest: index.digest, manifest: expect.stringMatching(/^sha256:/) };
  expect(joined.targets).toMatchObject({ api: { pushed }, "api@arm64": { pushed } });

  for (const architecture of ["arm64", "amd64"]) {
    await empty();
    const pull = `/images/create?fromImage=${tag}&platform=linux/${architecture}`;
    expect(await callEngine(endpoint, "POST", pull)).toMatchObject({ status: 200 });
    const { body } = await callEngine(endpoint, "GET", `/images/${tag}/json`);
    expect(body).toMatchObject({ Architecture: architecture });
  }
  const again = await run(project, "amd64", "--push");
  expect(again.exitCode).toBe(0);
  expect(Object.values(again.targets).filter(({ outcome }) => outcome === "built")).toEqual([]);
  expect(await readIndex(tag)).toEqual(index);
  await empty();
});

test("a plan names platforms, and those that nothing builds", async () => {
  const project = await createProject(BOTH);
  const plan = await sti(project, "amd64", "plan", "--json");
  expect(plan.exitCode).toBe(0);
  const { targets } = JSON.parse(plan.stdout) as { targets: readonly { name: string; platform: string }[] };
  expect(targets.map(({ name, platform }) => [name, platform])).toEqual([
    ["builder", "linux/amd64"],
    ["builder@arm64", "linux/arm64"],
    ["api", "linux/amd64"],
    ["api@arm64", "linux/arm64"],
  ]);
  const alone = await createProject(BOTH);
  const config = join(alone.folder, "sti.config.json");
  const { cache: _, ...rest } = JSON.parse(await readFile(config, "utf8"));
  await alone.write({ "sti.config.json": JSON.stringify(rest) });
  for (const command of ["plan", "run"]) {
    const refused = await sti(alone, "amd64", command);
    expect(refused.exitCode).toBe(4);
    expect(refused.stderr).toContain("nothing builds api@arm64 for linux/arm64: the engine is linux/amd64");
  }
  const narrow = await sti(alone, "amd64", "plan", "--platform", "linux/amd64");
  expect(narrow).toMatchObject({ exitCode: 0, stderr: "" });
  const part = await sti(project, "amd64", "run", "--platform", "linux/amd64", "--push");
  expect(part.exitCode).toBe(2);
  expect(part.stderr).toContain("for a part of its platforms: linux/arm64 left out");
});

test.each([
  [[], "must name a platform"],
  [["linux/armm"], "did you mean linux/arm"],
  [["linux/arm64", "linux/arm64/v8"], "is linux/arm64, like platforms[0]"],
  [["windows/amd64"], "images are built for linux only"],
])("platforms %j are refused", async (platforms, message) => {
  const project = await createProject(platforms);
  const refused = await sti(project, "amd64", "plan", "--offline");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain(message);
  expect(refused.stderr).toContain("sti.config.json");
});
