// The builders that come with sti: one quick case, or those of the kinds in STI_TEST_BUILDERS (`./pnpmw builders`).
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { askContainer } from "@sti/testing/ask-container";
import { withEngine } from "@sti/testing/e2e";
import { METHODS } from "@sti/testing/engine-methods";
import { exportImage } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { CASES, createProject, QUICK, readFirstProcess, readResult, TOKEN } from "./builders.fixtures.ts";

const PREFIX = "sti-e2e-builders";
const { endpoint } = await withEngine(PREFIX, { check: "none" });
const kinds = process.env.STI_TEST_BUILDERS?.split(",");
const cases =
  kinds === undefined
    ? [QUICK]
    : CASES.filter(({ app, kind }) => kinds.includes(kind) || kinds.includes(app));
const env = { BUILDER_TOKEN: TOKEN };

describe.each(cases)("the builder $kind with the app $app", (tested) => {
  test("builds it plain and extended, by each method, clean, incremental and for another user", async () => {
    const { folder, images, tags, write } = await createProject(tested, PREFIX);
    const run = async (...args: string[]) => {
      const { exitCode, stderr, stdout } = await runSti(["run", "-C", folder, ...args], { env });
      expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
      return stdout;
    };
    const answers = async (bodyContains: string) => {
      for (const image of tags) {
        const question = { image, port: 8080, path: "/", status: 200, bodyContains };
        const asked = askContainer(endpoint, question, async (container) => {
          // A shell would keep signals from the app.
          expect(await readFirstProcess(endpoint, container)).not.toMatch(/^\S*sh /);
        });
        expect(await asked).toMatchObject({ ok: true });
      }
    };
    const deployed: (readonly string[])[] = [];
    const inspect = async () => {
      for (const [index, image] of tags.entries()) {
        const result = await readResult(endpoint, image);
        expect({ image, leftovers: result.leftovers }).toEqual({ image, leftovers: [] });
        // By whichever method, and from whatever it was built.
        deployed[index] ??= result.deployed;
        expect({ image, deployed: result.deployed }).toEqual({ image, deployed: deployed[index] });
      }
    };

    const [method = "dockerfile", other] = METHODS;
    await run("-m", method);
    await answers(tested.answer);
    const [file, text, replacement, answer] = tested.edit;
    const source = await readFile(join(folder, "app", file), "utf8");
    await write({ [`app/${file}`]: source.replace(text, replacement) });
    const output = await run("-m", method);
    expect(output.match(/✔ (?:plain|extended|user) .*built/g)).toHaveLength(tags.length);
    if (tested.layered) expect(output.match(/dependencies reused/g)).toHaveLength(tags.length);
    await answers(answer);
    await inspect();
    if (other !== undefined) {
      await run("-m", other, "--clean");
      await answers(answer);
      await inspect();
    }

    for (const { stage, tag } of images) {
      const role = stage === "runtime" ? ["--runtime"] : [];
      expect(await runSti(["validate", tag, ...role])).toMatchObject({ exitCode: 0, stderr: "" });
    }
    expect(await runSti(["usage", images[0]?.tag ?? ""])).toMatchObject({ exitCode: 0, stderr: "" });
    expect((await exportImage(endpoint, tags[0] ?? "")).includes(TOKEN)).toBe(false);
  }, 3_600_000);
});

test("a builder is added with the entries to write, and edited files are kept", async () => {
  const { folder, write } = await createWorkspace({});
  const sti = (...args: string[]) => runSti(["builders", ...args, "-C", folder]);
  const added = await sti("add", "node");
  expect(added).toMatchObject({ exitCode: 0, stderr: "" });
  expect(added.stdout).toContain('node: { context: "./builders/node", tag: ');
  expect(added.stdout).toContain('stage: "runtime"');
  expect(await sti("add", "node")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("is not empty"),
  });
  expect(await sti("add", "nod")).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("did you mean node?"),
  });
  expect((await sti("ls")).stdout).toMatch(/builders\/node {2}node, stock$/m);

  await write({ "builders/node/bin/run": "#!/bin/sh\n# edited\n" });
  expect((await sti("ls")).stdout).toMatch(/builders\/node {2}node, edited: bin\/run$/m);
  expect(await sti("update")).toMatchObject({
    exitCode: 1,
    stderr: "sti: builders/node/bin/run is edited: kept\n  hint: --force replaces it\n",
  });
  expect(await sti("update", "builders/node", "--force")).toMatchObject({
    exitCode: 0,
    stdout: "builders/node/bin/run  updated\n",
  });
  expect(await sti("update")).toMatchObject({ exitCode: 0, stdout: "builders/node  up to date\n" });
});
