import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { CompareReport } from "@sti/core";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { askContainer, type ExpectedAnswer } from "@sti/testing/ask-container";
import { describeDifferences } from "@sti/testing/differing-parts";
import { runSti } from "@sti/testing/run-cli";
import { describe, expect, test } from "vitest";

const EXAMPLES = new URL("../../../../examples/", import.meta.url).pathname;
const endpoint = await resolveEndpoint();

const names = readdirSync(EXAMPLES, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

describe.each(names)("the example %s", (name) => {
  const folder = join(EXAMPLES, name);
  const expected = JSON.parse(readFileSync(join(folder, "expect.json"), "utf8")) as ExpectedAnswer[];

  async function build(...args: string[]) {
    const { exitCode, stdout, stderr } = await runSti(["run", "-C", folder, ...args]);
    expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
    return stdout;
  }

  test("answers over HTTP when built by the container method", async () => {
    await build("-m", "run");
    for (const question of expected)
      expect(await askContainer(endpoint, question)).toMatchObject({ ok: true });
  });

  test("is the same by both methods: config and files", async () => {
    const { stdout, stderr } = await runSti(["compare", "--all", "--methods", "--json", "-C", folder]);
    expect(stdout, stderr).toMatch(/^\{/);
    const { apps } = JSON.parse(stdout) as CompareReport;
    expect(apps).not.toEqual([]);
    for (const { app, comparison, problem } of apps) {
      expect({ app, problem }).toEqual({ app, problem: undefined });
      expect({ app, differences: comparison && describeDifferences(comparison) }).toEqual({
        app,
        differences: [],
      });
    }
  });

  test("answers over HTTP when built by the Dockerfile method", async () => {
    await build("-m", "build");
    for (const question of expected)
      expect(await askContainer(endpoint, question)).toMatchObject({ ok: true });
  });

  test("has nothing to do the second time", async () => {
    await build("-m", "build");
    const output = await build("-m", "build");
    expect(output).not.toMatch(/built/);
    expect(output).toMatch(/up to date/);
  });
});
