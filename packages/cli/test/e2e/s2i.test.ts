import { randomUUID } from "node:crypto";
import type { CompareReport } from "@sti/core";
import { askPort } from "@sti/testing/ask-port";
import { withEngine } from "@sti/testing/e2e";
import { BY_CONTAINER, FOREIGN_UID, METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";
import { server, watchAndRun } from "./dev.fixtures.ts";
import {
  ASSEMBLE,
  builder,
  MOVES_ONE,
  NODE,
  outputOf,
  PHP_ASSEMBLE,
  RUN,
  S2I,
  SAVE,
  SOURCE,
  UNUSABLE,
} from "./s2i.fixtures.ts";

const { config, endpoint, image, inspect, removeImages } = await withEngine("sti-e2e-s2i", {
  removes: "test",
  keeps: ["builder"],
});

describe.each(METHODS)("by method %s", (method) => {
  test("output of save-artifacts that is no archive means a clean build", async () => {
    const { folder, write } = await project(
      { method },
      builder("builder", { assemble: PHP_ASSEMBLE, run: RUN, "save-artifacts": "exit 1\n" }),
    );
    expect(await sti(folder)).toMatchObject({ exitCode: 0, stderr: "" });
    for (const [save, reason, warns] of UNUSABLE) {
      await write({ "app/.s2i/bin/save-artifacts": `#!/bin/bash\ncd $HOME\n${save}\n` });
      const { exitCode, stderr, stdout } = await sti(folder);
      expect({ save, exitCode, stdout }).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining(`clean: ${reason}`),
      });
      expect(stdout).not.toContain("restored");
      expect({ save, warns: (stdout + stderr).includes("building clean") }).toEqual({ save, warns });
    }
  });

  test("an image without tar builds clean, with a warning", async () => {
    const { folder, write } = await project(
      { method },
      builder("builder", NODE, { lines: ["RUN rm -f /bin/tar /usr/bin/tar"] }),
    );
    expect(await sti(folder)).toMatchObject({ exitCode: 0, stderr: "" });
    await write({ "app/text": "two\n" });
    const { exitCode, stderr, stdout } = await sti(folder);
    const reason = "the build image has no tar to unpack artifacts with";
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`clean: ${reason}`),
    });
    expect(stdout + stderr).toContain(`${reason}; building clean`);
    expect(await outputOf(endpoint, image("app"))).toContain("links=2\ntwo\n");
  });

  test("scripts, variables and rules of the source count, without x-bits", async () => {
    const { folder, write } = await project(
      { method, env: { MODE: "config" } },
      {
        ...builder(
          "builder",
          { assemble: ASSEMBLE, run: RUN },
          { lines: [`LABEL ${S2I}.assemble-user=1002:0`] },
        ),
        "app/.s2i/bin/assemble": "#!/bin/sh\necho own assemble\n/usr/libexec/s2i/assemble\n",
        "app/.s2i/bin/run": '#!/bin/sh\necho own run; exec "$STI_SCRIPTS_PATH/run"\n',
        "app/.s2i/bin/save-artifacts": `#!/bin/sh\n${SAVE}`,
        "app/.s2iignore": "*.log\n",
        "app/x.log": "",
      },
    );
    const first = await sti(folder);
    expect(first).toMatchObject({ exitCode: 0, stderr: "", stdout: expect.stringContaining("own assemble") });
    expect(first.stdout).toContain("mode=config user=1002 owner=1002:0");
    expect((await inspect(image("app")))?.Config).toMatchObject({ Cmd: ["/tmp/scripts/run"], User: "1001" });
    expect(await outputOf(endpoint, image("app"), `${FOREIGN_UID}:0`)).toBe(
      `own run\nstarted by ${FOREIGN_UID} mode=config links=2\none\n`,
    );
    const tree = await readImageTree(endpoint, image("app"));
    expect([...tree.keys()].filter((name) => name.startsWith("tmp/scripts/"))).toEqual(["tmp/scripts/run"]);
    expect(tree.get("tmp/scripts/run")).toMatchObject({ mode: 0o755 });
    expect([...tree.keys()]).not.toContain("opt/app-root/src/x.log");
    await write({ "app/text": "two\n" });
    expect(await sti(folder)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("restored node_modules"),
    });
  });
});

test.runIf(BY_CONTAINER)(
  "artifacts are unpacked where prepare moves them, and what it leaves is removed",
  async () => {
    const { folder, write } = await project(
      { method: "container" },
      builder("builder", {
        ...NODE,
        assemble: `${ASSEMBLE}mkdir -p extra; [ -e extra/file ] || { touch extra/file; chmod 500 extra; }\n`,
        "save-artifacts": `tar cf - -C $HOME node_modules --transform s,^extra,left/extra, extra\n`,
      }),
    );
    expect(await sti(folder)).toMatchObject({ exitCode: 0, stderr: "" });
    await write({ "app/text": "two\n", "app/.s2i/bin/assemble": MOVES_ONE });
    const shell = await runSti(["debug", "app", "--fresh", "--", "ls", "/tmp/artifacts"], { cwd: folder });
    expect(shell).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("left\nnode_modules\n") });

    const second = await sti(folder);
    expect(second).toMatchObject({ exitCode: 0, stderr: "" });
    expect(second.stdout).toContain("artifacts: left node_modules, copied: no");
    expect(second.stdout).toMatch(/\bincremental\b/);
    const tree = await readImageTree(endpoint, image("app"));
    expect([...tree.keys()].filter((name) => name.startsWith("tmp/artifacts"))).toEqual([]);
    expect([...tree.keys()]).toContain("opt/app-root/src/node_modules/a/two");
  },
);

test.runIf(BY_CONTAINER)(
  "a build image with files where artifacts go builds clean, with a warning",
  async () => {
    const { folder, write } = await project(
      { method: "container" },
      builder("builder", NODE, {
        lines: ["RUN mkdir /tmp/artifacts && touch /tmp/artifacts/own && chown -R 1001 /tmp/artifacts"],
      }),
    );
    expect(await sti(folder)).toMatchObject({ exitCode: 0, stderr: "" });
    await write({ "app/text": "two\n" });
    const { exitCode, stderr, stdout } = await sti(folder);
    const reason = "the build image has files of its own in the folder of artifacts";
    expect({ exitCode, stdout }).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`clean: ${reason}`),
    });
    expect(stdout + stderr).toContain(`${reason}; building clean`);
  },
);

test.each(["assemble", "run"])("%s of the source with CR LF line ends builds nothing", async (name) => {
  const { folder } = await project(
    { method: "dockerfile" },
    { ...builder("builder", NODE), [`app/.s2i/bin/${name}`]: "#!/bin/bash\r\nexec cat text\r\n" },
  );
  const { exitCode, stderr } = await sti(folder);
  expect(stderr).toContain(`.s2i/bin/${name} of the source cannot start: its first line ends in CR LF`);
  expect(exitCode).not.toBe(0);
  expect(await inspect(image("app"))).toBeUndefined();
});

test("problems are reported in the words of the contract", async () => {
  const { folder } = await createWorkspace({
    ...SOURCE,
    ...builder("remote", NODE, { location: `LABEL ${S2I}.scripts-url=http://127.0.0.1:9/s2i` }),
    ...builder("plain", { assemble: "true\n", run: RUN }),
    "secret/.s2i/environment": "NPM_TOKEN=x\n",
    "sti.config.json": config(
      {
        away: { source: "app", buildImage: image("remote"), tag: image("a") },
        secret: { buildImage: image("plain"), tag: image("b") },
        extended: {
          source: "app",
          buildImage: image("plain"),
          runtimeImage: image("plain"),
          tag: image("c"),
        },
      },
      { images: { remote: {}, plain: {} } },
    ),
  });
  const { exitCode, stderr, stdout } = await runSti(["run"], { cwd: folder });
  const output = stdout + stderr;
  // The variable is a mistake in the project.
  expect({ exitCode, output }).toMatchObject({ exitCode: 2 });
  expect(output).toContain("the s2i scripts of sti-e2e-s2i/remote:latest are at http://127.0.0.1:9/s2i");
  expect(output).toContain("has .s2i/environment, which sets NPM_TOKEN, which looks like a secret");
  expect(output).toContain(`runtime image sti-e2e-s2i/plain:latest has no label ${S2I}.assemble-input-files`);

  expect(await runSti(["validate", image("plain")])).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("it is an s2i builder image"),
  });
  expect(await runSti(["validate", image("remote")])).toMatchObject({ exitCode: 1 });
});

test("usage is that of s2i's script, and the facts name the contract", async () => {
  const { folder } = await project({}, builder("builder", NODE));
  await runSti(["run", "-q", "builder"], { cwd: folder });
  expect(await runSti(["usage", image("builder")])).toEqual({
    exitCode: 0,
    stdout: "this is a builder\n",
    stderr: "",
  });
  const { stdout } = await runSti(["usage", "--json", image("builder")]);
  expect(JSON.parse(stdout)).toMatchObject({ contract: "s2i", scriptsFolder: "/usr/libexec/s2i" });
  await removeImages();
});

test("a watch runs the app by the image's entry point, with the variables of the source", async () => {
  const image = builder("builder", {
    ...NODE,
    run: "[ $$ = 1 ] && exec perl /opt/app-root/src/server.pl\n",
  });
  const dev = { ports: ["127.0.0.1::8000"], probe: { http: "/", interval: "50ms" } };
  const { folder, write } = await project({ dev }, { ...image, "app/server.pl": server("one") });
  const watching = watchAndRun(folder, "app");
  const { ports } = await watching.until("container-started", "app");
  await watching.until("container-up", "app");
  const port = ports[0]?.hostPort ?? 0;
  expect(await askPort(port)).toBe("one ");
  expect(watching.events()).toContainEqual(expect.objectContaining({ text: "one listens with source" }));

  const at = watching.events().length;
  await write({ "app/server.pl": server("two") });
  await watching.until("container-up", "app", at);
  expect(await askPort(port)).toBe("two ");
  const { reuse } = await watching.until("target-finished", "app", at);
  expect(reuse).toEqual({ kind: "incremental" });
  watching.kill("SIGINT");
  expect(await watching.ended).toMatchObject({ exitCode: 130 });
});

test("builds by both methods, clean and incremental, and on the next builder are compared", async () => {
  const { folder } = await project(
    { method: METHODS.at(-1) },
    { ...builder("builder", NODE), ...builder("next", { ...NODE, run: `${RUN}# next\n` }) },
    { builder: {}, next: {} },
  );
  expect(await sti(folder, "next")).toMatchObject({ exitCode: 0 });
  const compare = async (...args: string[]) =>
    (await runSti(["compare", "app", "--json", ...args], { cwd: folder })).stdout;
  const verdictOf = (report: string) => (JSON.parse(report) as CompareReport).apps[0]?.verdict;
  const same = expect.stringMatching(/^(?:identical|equivalent)$/);
  if (METHODS.length > 1) expect(verdictOf(await compare("--methods"))).toEqual(same);
  expect(verdictOf(await compare("--incremental"))).toEqual(same);
  const next = await compare("--build-image", image("next"));
  expect(verdictOf(next)).toBe("different");
  expect(next).toContain("usr/libexec/s2i/run");
});

async function project(
  app: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>>,
  images: Readonly<Record<string, object>> = { builder: {} },
): Promise<Workspace> {
  // Nothing of it may be in the engine's build cache: the output of scripts is asserted.
  return await createProject({
    ...SOURCE,
    "app/unique": randomUUID(),
    ...files,
    "sti.config.json": config({ app }, { images }),
  });
}

async function sti(cwd: string, ...args: string[]) {
  return await runSti(["run", "-v", "app", ...args], { cwd });
}
