import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { askContainer, type ExpectedAnswer } from "@sti/testing/ask-container";
import { callEngine } from "@sti/testing/engine-api";
import { readImageTree } from "@sti/testing/image-tree";
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
  const images = [...new Set(expected.map((answer) => answer.image))];

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
    await build("-m", "run");
    const byContainer = await Promise.all(images.map(describeImage));
    await build("-m", "build");
    const byDockerfile = await Promise.all(images.map(describeImage));
    for (const [index, image] of images.entries()) {
      expect(byDockerfile[index]?.config, image).toEqual(byContainer[index]?.config);
      expect(byDockerfile[index]?.tree, image).toEqual(byContainer[index]?.tree);
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

async function describeImage(image: string) {
  const { body } = await callEngine(endpoint, "GET", `/images/${image}/json`);
  const { Config } = body as {
    readonly Config: Record<string, unknown> & { Labels: Record<string, string> };
  };
  const { ArgsEscaped: _, Entrypoint, Labels, ...config } = Config;
  const labels = Object.entries(Labels).filter(([label]) => !VARYING_LABELS.has(label));
  return {
    // An empty entrypoint and none are the same to the engine.
    config: { ...config, Labels: Object.fromEntries(labels), Entrypoint: Entrypoint ?? [] },
    tree: Object.fromEntries(await readImageTree(endpoint, image)),
  };
}

/** Labels that say how an image was made, or which of its bases' builds it was made from. */
const VARYING_LABELS = new Set([
  "sti.key",
  "sti.method",
  "sti.build-image-id",
  "org.opencontainers.image.base.digest",
]);
