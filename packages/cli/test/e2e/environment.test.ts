import { randomUUID } from "node:crypto";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { METHODS } from "@sti/testing/engine-methods";
import { exportImage } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import { expect, test } from "vitest";
import { createProject } from "../create-project.ts";

const { config, endpoint, image, inspect } = await withEngine("sti-e2e-environment", {
  removes: "test",
  keeps: ["builder"],
});
const TAG = image("app");
const NAMES = ["PLAIN", "REGION", "LEVEL", "FILE", "LINES", "BUILD_ONE", "BUILD_TWO"];

const FILES = {
  ...imageFolder("builder", {
    prepare: `#!/bin/sh\nfor name in ${NAMES.join(" ")}; do eval "printf '%s=%s;\\n' $name \\"\\$$name\\""; done\n`,
    run: "#!/bin/sh\nenv\n",
  }),
  "app/text": "one",
  "app.env": '# of the image\nFILE=from file\nLINES="one\ntwo"\nREGION=overruled\n',
  "build.env": "BUILD_ONE=1\n",
};
const APP = {
  envFile: "app.env",
  env: {
    PLAIN: "a $b 'c'",
    REGION: { fromHost: "STI_TEST_REGION" },
    LEVEL: { fromHost: "STI_TEST_LEVEL", default: "info" },
  },
  buildEnvFile: ["build.env"],
  buildEnv: { BUILD_TWO: { fromHost: "STI_TEST_REGION" } },
};

async function start(app: Record<string, unknown>, files: Record<string, string> = {}) {
  // In lines, for the places in messages.
  const text = JSON.stringify(JSON.parse(config({ app })), null, 2);
  const project = await createProject({
    ...FILES,
    "app/unique": randomUUID(),
    ...files,
    "sti.config.json": text,
  });
  return (env: Record<string, string>) => runSti(["run", "-v"], { cwd: project.folder, env });
}

test.each(METHODS)("by method %s variables come from the config, files and the host", async (method) => {
  const run = await start({ method, ...APP });
  const { exitCode, stdout, stderr } = await run({ STI_TEST_REGION: "eu" });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  const said = [...stdout.matchAll(/^app │ (.*)$/gm)].map((match) => match[1]).join("\n");
  expect(said).toContain(
    "PLAIN=a $b 'c';\nREGION=eu;\nLEVEL=info;\nFILE=from file;\nLINES=one\ntwo;\nBUILD_ONE=1;\nBUILD_TWO=eu;",
  );
  const { Env = [] } = (await inspect(TAG))?.Config ?? {};
  expect([...Env].filter((entry) => !entry.startsWith("PATH=")).sort()).toEqual([
    "FILE=from file",
    "LEVEL=info",
    "LINES=one\ntwo",
    "PLAIN=a $b 'c'",
    "REGION=eu",
  ]);
  expect((await run({ STI_TEST_REGION: "eu" })).stdout).toMatch(/● app .*up to date/);
  expect((await run({ STI_TEST_REGION: "us" })).stdout).toMatch(/✔ app .*\(env REGION changed/);
});

/** For the shell. */
const inTwo = (text: string) => `${text.slice(0, 8)}""${text.slice(8)}`;

test.each(METHODS)(
  "by method %s the image contains neither source nor build-only variables",
  async (method) => {
    const [source, variable, kept] = [randomUUID(), randomUUID(), randomUUID()];
    const run = await start(
      { method, buildEnv: { BUILD_ONE: variable } },
      {
        "app/text": source,
        // The builder's own files are in the image: there the values are in two parts.
        "builder/prepare": `#!/bin/sh\nset -e\n[ "$BUILD_ONE" = ${inTwo(variable)} ]\ngrep -q ${inTwo(source)} /tmp/src/text\necho ${kept} > /result\n`,
      },
    );
    expect(await run({})).toMatchObject({ exitCode: 0, stderr: "" });
    const description = await inspect(TAG);
    const history = await callEngine(endpoint, "GET", `/images/${TAG}/history`);
    const text = `${(await exportImage(endpoint, TAG)).toString("latin1")}${JSON.stringify([description, history.body])}`;
    const found = { source, variable, kept };
    expect(
      Object.entries(found)
        .filter(([, value]) => text.includes(value))
        .map(([name]) => name),
    ).toEqual(["kept"]);
  },
);

test("what is missing or looks like a secret is reported with its place", async () => {
  const env = { ...APP.env, NPM_TOKEN: "x" };
  const run = await start({ ...APP, env }, { "app.env": "FILE=1\nnonsense\n" });
  const broken = await run({});
  expect(broken.exitCode).toBe(2);
  expect(broken.stderr).toMatch(/app\.env:2:1/);
  const other = await (await start({ ...APP, env }))({});
  expect(other.exitCode).toBe(2);
  expect(other.stderr).toContain("takes STI_TEST_REGION from the environment, but it is not set");
  expect(other.stderr).toContain("sets NPM_TOKEN, which looks like a secret");
  expect(other.stderr).toMatch(/sti\.config\.json:\d\d:/);
});

test("what only a target that was not selected takes from the environment need not be there", async () => {
  const config = {
    apps: {
      app: { source: "app", buildImage: "b", tag: TAG },
      other: { source: "app", buildImage: "b", tag: `${TAG}:other`, ...APP, envFile: "absent.env" },
    },
  };
  const { folder: cwd } = await createProject({ "app/a": "", "sti.config.json": JSON.stringify(config) });
  expect(await runSti(["plan", "--offline", "app"], { cwd })).toMatchObject({ exitCode: 0, stderr: "" });
  const { exitCode, stderr } = await runSti(["plan", "--offline", "other"], { cwd });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("takes STI_TEST_REGION from the environment, but it is not set");
  expect(stderr).toContain("names absent.env, which does not exist");
});
