// Facts about results in a store: who built them, and the last one of each target.
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { A_METHOD, METHODS } from "@sti/testing/engine-methods";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { runSti } from "@sti/testing/run-cli";
import { watchSti } from "@sti/testing/watch-cli";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { homeOf, storeFixtures } from "./store.fixtures.ts";

let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry();
});
const engine = await withEngine("sti-e2e-store-origin", { removes: "test" });
const { createProject, empty, machine } = storeFixtures(engine, () => registry.address);
afterAll(() => registry.close());
afterEach(() => empty());

test("sti why names the builder of a result in the store, before and after it is restored", async () => {
  const project = await createProject("dockerfile", {}, { store: `${registry.address}/sti/origins` });
  const url = "https://gitlab.example/acme/shop/-/jobs/9";
  const job = { CI: "true", GITLAB_CI: "true", CI_JOB_URL: `${url}?private_token=secret` };
  const first = await machine(project, "one", job).run("--reporter", "plain");
  expect(first.stdout).toMatch(/\b3 built\b/);
  expect(first.stdout).not.toContain("the store ");
  await empty();
  const why = async (...args: string[]) => {
    const env = homeOf(project, "two");
    const { exitCode, stderr, stdout } = await runSti(["why", ...args], { cwd: project.folder, env });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    return stdout;
  };
  const built =
    /built by GitLab CI \(https:\S+\/jobs\/9\) on \d{4}-\d\d-\d\d [\d:]+, key [0-9a-f]{12}\n +in [\d.]+s by sti /;
  const before = await why("web");
  expect(before).toMatch(/◆ web .* would be restored from the shared store:/);
  expect(before).toMatch(built);
  const document = JSON.parse(await why("--json", "web"));
  expect(document.targets).toMatchObject([
    { decision: { kind: "build" }, stored: { origin: { by: { kind: "gitlab-ci", url } } } },
  ]);
  await machine(project, "two").run("--load", "all");
  const after = await why("web");
  expect(after).toMatch(/● web .* up to date; restored from the shared store on /);
  expect(after).toMatch(built);
  await project.write({ "web/text": "edited" });
  expect(JSON.parse(await why("--json", "web")).targets).toMatchObject([{ stored: null }]);
});

test.each(METHODS)(
  "an incremental build by method %s has the artifacts of the last result that another machine built",
  async (method) => {
    const store = `${registry.address}/sti/last-${method}`;
    const project = await createProject(method, {}, { saves: true, store });
    await machine(project, "one").run("web");
    await empty();
    await project.write({ "web/text": "edited" });
    const ci = { CI: "true", GITHUB_ACTIONS: "true", GITHUB_REF_TYPE: "branch", GITHUB_REF_NAME: "fix" };
    const { stdout, targets } = await machine(project, "two", ci).run(
      "web",
      "--load",
      "none",
      "--reporter",
      "plain",
    );
    expect(targets.web).toMatchObject({ outcome: "built", reuse: { kind: "clean" } });
    expect(stdout).toContain("clean: no previous image");
    await empty();
    await project.write({ "web/text": "edited again" });
    const third = await machine(project, "three", ci).run("web", "--load", "none", "--reporter", "plain");
    expect(third.targets.web).toMatchObject({ outcome: "built", reuse: { kind: "incremental" } });
    const listed = await fetch(`http://${registry.address}/v2/sti/last-${method}/tags/list`);
    const { tags } = (await listed.json()) as { readonly tags: readonly string[] };
    expect(tags.filter((tag) => tag.startsWith("sti-last-")).sort()).toEqual([
      "sti-last-web",
      "sti-last-web-fix",
    ]);
  },
);

test("a watch takes its first results from the store, and adds nothing to it", async () => {
  const store = `${registry.address}/sti/watched`;
  const project = await createProject(A_METHOD, {}, { store });
  await machine(project, "one").run("web");
  await empty();
  const listTags = async () =>
    await (await fetch(`http://${registry.address}/v2/sti/watched/tags/list`)).text();
  const before = await listTags();
  const env = homeOf(project, "two");
  const watch = watchSti(["web"], { cwd: project.folder, env });
  const restored = await watch.until("target-finished", ({ target }) => target === "web");
  expect(restored).toMatchObject({ outcome: "restored", restored: { isLoaded: true } });
  await watch.until("watch-settled");
  await project.write({ "web/text": "edited" });
  expect(await watch.until("target-finished", ({ target }) => target === "web")).toMatchObject({
    outcome: "built",
  });
  await watch.until("watch-settled");
  expect(await watch.stop()).toMatchObject({ exitCode: 130 });
  expect(await listTags()).toBe(before);
});

test("a result that only the store has is compared and promoted, and leaves no trace", async () => {
  const project = await createProject(A_METHOD, {}, { store: `${registry.address}/sti/compared` });
  const env = homeOf(project, "two");
  const sti = async (...args: string[]) => await runSti(args, { cwd: project.folder, env });
  await machine(project, "one").run("web");
  const stable = engine.image("web:stable");
  await callEngine(
    engine.endpoint,
    "POST",
    `/images/${engine.image("web")}/tag?repo=${stable.replace(":stable", "&tag=stable")}`,
  );
  await project.write({ "web/text": "edited" });
  await machine(project, "one").run("web");
  await empty([], [stable]);
  const idOf = async (name: string) => (await engine.inspect(name))?.Id;
  const [before, images] = [await idOf(stable), await listImages()];

  const compared = await sti("compare", stable, "store://web", "--list");
  expect(compared).toMatchObject({ exitCode: 1, stderr: "" });
  expect(compared.stdout).toMatch(/right +store:\/\/web[\s\S]*\/srv\/app\/text {2}content/);
  const key = JSON.parse((await sti("why", "web", "--json")).stdout).targets[0].decision.key;
  const same = await sti("compare", "store://web", `store://${key.slice(0, 12)}`, "--require", "identical");
  expect(same).toMatchObject({ exitCode: 0, stderr: "" });
  const refused = await sti("promote", "web", "--to", stable, "--if-equivalent");
  expect(refused).toMatchObject({ exitCode: 1 });
  expect(refused.stderr).toContain("store://web");
  expect([await idOf(stable), await listImages()]).toEqual([before, images]);

  await project.write({ "web/text": "web" });
  const moved = await sti("promote", "store://web", "--to", stable, "--if-equivalent", "--json");
  expect(JSON.parse(moved.stdout)).toMatchObject({
    outcome: expect.stringMatching(/already-there|moved/),
    from: "store://web",
  });
  await project.write({ "web/text": "never built" });
  for (const command of [
    ["compare", stable, "store://web"],
    ["promote", "store://web", "--to", stable, "--if-equivalent"],
  ]) {
    const missing = await sti(...command);
    expect(missing).toMatchObject({ exitCode: 4, stdout: "" });
    expect(missing.stderr).toMatch(/^sti: web has no result in \S+ as it is now \(key [0-9a-f]{12}\)\n$/);
  }
  expect(await sti("compare", stable, "store://wob")).toMatchObject({
    exitCode: 4,
    stderr: "sti: wob is neither a target nor the start of a key (12 digits or more)\n",
  });
  expect(await listImages()).toEqual(images);
});

async function listImages(): Promise<readonly string[]> {
  const { body } = await callEngine(engine.endpoint, "GET", "/images/json");
  return (body as readonly { readonly Id: string }[]).map(({ Id }) => Id).sort();
}
