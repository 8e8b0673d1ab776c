import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { askContainer, type ExpectedAnswer } from "@sti/testing/ask-container";
import { listDifferences } from "@sti/testing/differing-parts";
import { callEngine } from "@sti/testing/engine-api";
import { BY_CONTAINER } from "@sti/testing/engine-methods";
import { removeImagesOf } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const EXAMPLES = new URL("../../../../examples/", import.meta.url).pathname;
const endpoint = await resolveEndpoint();
/** Begins the tags of images that are kept to be compared. */
const KEPT = "sti-e2e-examples";

const names = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, "expect.json")));

describe.each(names)("the example %s", (name) => {
  const folder = join(EXAMPLES, name);
  const expected = JSON.parse(readFileSync(join(folder, "expect.json"), "utf8")) as ExpectedAnswer[];

  let apps: Awaited<ReturnType<typeof listApps>>;
  beforeAll(async () => {
    apps = await listApps(folder);
    expect(apps).not.toEqual([]);
  });
  afterAll(() => removeImagesOf(endpoint, KEPT));

  async function build(...args: string[]) {
    const { exitCode, stdout, stderr } = await runSti(["run", "-C", folder, ...args]);
    expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
    return stdout;
  }

  test.runIf(BY_CONTAINER)("answers over HTTP when built by the container method", async () => {
    await build("-m", "container");
    for (const question of expected)
      expect(await askContainer(endpoint, question)).toMatchObject({ ok: true });
    for (const [app, tag] of apps)
      await callEngine(endpoint, "POST", `/images/${tag}/tag?repo=${KEPT}/${app}`);
  });

  test("answers over HTTP when built by the Dockerfile method, with the same config and files", async () => {
    await build("-m", "dockerfile");
    for (const question of expected)
      expect(await askContainer(endpoint, question)).toMatchObject({ ok: true });
    for (const [app, tag] of BY_CONTAINER ? apps : []) {
      expect({ app, differences: await listDifferences(`${KEPT}/${app}`, tag) }).toEqual({
        app,
        differences: [],
      });
    }
  });

  test("has nothing to do the second time", async () => {
    const output = await build("-m", "dockerfile");
    expect(output).not.toMatch(/built/);
    expect(output).toMatch(/up to date/);
  });
});

/** Names and tags of the apps of a project. */
async function listApps(folder: string): Promise<readonly (readonly [string, string])[]> {
  const { stdout } = await runSti(["plan", "--offline", "--json", "-C", folder]);
  const { targets } = JSON.parse(stdout) as {
    readonly targets: readonly { readonly name: string; readonly kind: string; readonly tag: string }[];
  };
  return targets.flatMap(({ kind, name, tag }) => (kind === "app" ? [[name, tag] as const] : []));
}
