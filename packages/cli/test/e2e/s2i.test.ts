import { randomUUID } from "node:crypto";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { ASSEMBLE, builder, NODE, PHP_ASSEMBLE, RUN, S2I, SAVE, SOURCE, UNUSABLE } from "./s2i.fixtures.ts";

const { config, endpoint, image, inspect, removeImages } = await withEngine("sti-e2e-s2i", {
  removes: "test",
});

describe.each(METHODS)("by method %s", (method) => {
  test("an unmodified builder image builds clean, incrementally, and starts as s2i's results do", async () => {
    const { folder, write } = await project({ method }, builder("builder", NODE));
    const first = await sti(folder);
    expect(first).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("made") });
    expect(first.stdout).toContain("mode=source user=1001 owner=1001:");
    expect(first.stdout).not.toContain("restored");
    const made = await inspect(image("app"));
    expect(made?.Config).toMatchObject({
      Entrypoint: ["container-entrypoint"],
      Cmd: ["/usr/libexec/s2i/run"],
      User: "1001",
      Env: expect.arrayContaining(["MODE=source", "OTHER=spaced"]),
      Labels: {
        "io.k8s.display-name": `${image("app")}:latest`,
        [`${S2I}.build.image`]: `${image("builder")}:latest`,
      },
    });
    expect(await start()).toBe("started by 1001 mode=source links=2\none\n");
    expect(await start("1000650000:0")).toBe("started by 1000650000 mode=source links=2\none\n");

    await write({ "app/text": "two\n" });
    const second = await sti(folder);
    expect(second).toMatchObject({ exitCode: 0, stderr: "" });
    expect(second.stdout).toContain("restored node_modules");
    expect(second.stdout).not.toContain("made\n");
    expect(second.stdout).toMatch(/incremental/);
    const tree = await readImageTree(endpoint, image("app"));
    const path = "opt/app-root/src/node_modules/a";
    expect(tree.get(`${path}/link`)?.linkTarget).toBe("one");
    expect([...tree.keys()].filter((name) => /^tmp\/(?!src$|artifacts$)/.test(name))).toEqual([]);
    expect(await start()).toBe("started by 1001 mode=source links=2\ntwo\n");
  });

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

  test("scripts, variables and rules of the source count, without x-bits", async () => {
    const { folder, write } = await project(
      { method, env: { MODE: "config" } },
      {
        ...builder("builder", { assemble: ASSEMBLE, run: RUN }, `LABEL ${S2I}.assemble-user=1002:0`),
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
    expect(await start("1000650000:0")).toBe("own run\nstarted by 1000650000 mode=config links=2\none\n");
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

  test("an extended build hands the files on that the runtime image names", async () => {
    const runtime = {
      "assemble-runtime": "set -e\n[ -e site/text ]\nmv site/text ./\necho runtime by $(id -u)\n",
      run: RUN,
    };
    const label = `LABEL ${S2I}.destination=/opt/s2i ${S2I}.assemble-input-files=/opt/app-root/src/text:site`;
    const { folder } = await project(
      { method, runtimeImage: image("runtime") },
      { ...builder("builder", NODE), ...builder("runtime", runtime, label) },
      { builder: {}, runtime: {} },
    );
    const made = await sti(folder);
    expect(made).toMatchObject({ exitCode: 0, stderr: "" });
    expect(made.stdout).toContain("runtime by 1001");
    expect(await start()).toBe("started by 1001 mode=source links=\none\n");
  });
});

test("problems are reported in the words of the contract", async () => {
  const { folder } = await createWorkspace({
    ...SOURCE,
    ...builder("remote", NODE, `LABEL ${S2I}.scripts-url=http://127.0.0.1:9/s2i`),
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

async function project(
  app: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>>,
  images: Readonly<Record<string, object>> = { builder: {} },
): Promise<Workspace> {
  // Nothing of it may be in the engine's build cache: the output of scripts is asserted.
  return await createWorkspace({
    ...SOURCE,
    "app/unique": randomUUID(),
    ...files,
    "sti.config.json": config({ app }, { images }),
  });
}

async function sti(cwd: string, ...args: string[]) {
  return await runSti(["run", "-v", "app", ...args], { cwd });
}

/** Output of a container of the app, run as `user`. */
async function start(user = ""): Promise<string> {
  const created = await callEngine(endpoint, "POST", "/containers/create", {
    Image: image("app"),
    User: user,
    HostConfig: {},
    Tty: true,
  });
  const id = (created.body as { readonly Id: string }).Id;
  try {
    await callEngine(endpoint, "POST", `/containers/${id}/start`);
    await callEngine(endpoint, "POST", `/containers/${id}/wait`);
    const { body } = await callEngine(endpoint, "GET", `/containers/${id}/logs?stdout=1&stderr=1`);
    return String(body).replaceAll("\r", "");
  } finally {
    await callEngine(endpoint, "DELETE", `/containers/${id}?force=1&v=1`);
  }
}
