// Each shape of s2i builder image, unmodified: plain and extended, clean and incremental, by both methods.
import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { withEngine } from "@sti/testing/e2e";
import { FOREIGN_UID, METHODS } from "@sti/testing/engine-methods";
import { runSti } from "@sti/testing/run-cli";
import { makeWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";
import { outputOf, S2I } from "../e2e/s2i.fixtures.ts";
import { SHAPES, type Shape } from "./s2i-shapes.fixtures.ts";

const { config, endpoint, image, inspect } = await withEngine("sti-e2e-s2i-shapes");

/** A user id of the kind that OpenShift picks. */

let builders: Workspace;
beforeAll(async () => {
  const names = SHAPES.flatMap(({ name }) => [name, `${name}-runtime`]);
  builders = await makeWorkspace({
    ...Object.assign({}, ...SHAPES.map(({ images }) => images)),
    "sti.config.json": config({}, { images: Object.fromEntries(names.map((name) => [name, {}])) }),
  });
  expect(await runSti(["run", "-q"], { cwd: builders.folder })).toMatchObject({ exitCode: 0 });
}, 120_000);
afterAll(() => rm(builders.folder, { recursive: true, force: true }));

describe.each(METHODS)("by method %s", (method) => {
  test.each(SHAPES)("the image of $name builds clean and then again", async (shape) => {
    const { folder, write } = await project(shape, { method });
    const first = await sti(folder);
    expect(first).toMatchObject({ exitCode: 0, stderr: "", stdout: expect.stringContaining(shape.made) });
    expect(first.stdout).not.toContain("restored");
    expect((await inspect(image("app")))?.Config).toMatchObject({
      Entrypoint: ["container-entrypoint"],
      User: "1001",
      Labels: {
        "io.k8s.display-name": `${image("app")}:latest`,
        [`${S2I}.build.image`]: `${image(shape.name)}:latest`,
      },
    });
    expect(await start()).toBe(shape.output(1001, "one\n"));
    expect(await start(`${FOREIGN_UID}:0`)).toBe(shape.output(FOREIGN_UID, "one\n"));

    await write({ "app/text": "two\n" });
    const second = await sti(folder);
    expect(second).toMatchObject({ exitCode: 0, stderr: "" });
    if ("restored" in shape.again) {
      expect(second.stdout).toContain(shape.again.restored);
      expect(second.stdout).toMatch(/\bincremental\b/);
      expect(second.stdout).not.toMatch(new RegExp(`\\b${shape.made}\n`));
    } else {
      expect(second.stdout).toContain(`clean: ${shape.again.clean}`);
    }
    expect(await start(`${FOREIGN_UID}:0`)).toBe(shape.output(FOREIGN_UID, "two\n"));
  });

  test.each(SHAPES)("the runtime image of $name takes the files that it names", async (shape) => {
    const { folder } = await project(shape, { method, runtimeImage: image(`${shape.name}-runtime`) });
    const made = await sti(folder);
    expect(made).toMatchObject({ exitCode: 0, stderr: "" });
    expect(made.stdout).toContain(shape.made);
    expect(made.stdout).toContain("runtime by 1001");
    expect(await start(`${FOREIGN_UID}:0`)).toBe(shape.extendedOutput(FOREIGN_UID));
  });
});

/** An app without a previous image. */
async function project(shape: Shape, app: Readonly<Record<string, unknown>>): Promise<Workspace> {
  return await createProject({
    ...shape.source,
    // Nothing of it may be in the engine's build cache: the output of scripts is asserted.
    "app/unique": randomUUID(),
    "sti.config.json": config({ app: { buildImage: image(shape.name), ...app } }, { images: {} }),
  });
}

async function sti(cwd: string) {
  return await runSti(["run", "-v", "app"], { cwd });
}

async function start(user?: string): Promise<string> {
  return await outputOf(endpoint, image("app"), user);
}
