import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { A_METHOD, METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { removeLayers } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import { watchSti } from "@sti/testing/watch-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterEach, describe, expect, test } from "vitest";

const { config, endpoint, image, imageId, inspect } = await withEngine("sti-e2e-git", { removes: "test" });
afterEach(() => removeLayers(endpoint));

describe.each(METHODS)("by method %s", (method) => {
  test("prepare gets the commit, the branch and the tag, and the image has none of them", async () => {
    const { git, project } = await start({ method, git: true });
    await sti(project, "run");
    const commit = git("rev-parse", "HEAD");
    const values = { COMMIT: commit, BRANCH: "feature/one", TAG: "", DIRTY: "false" };
    await expectNoted(values);
    const { Labels, ...settings } = (await inspect(image("web")))?.Config ?? {};
    const history = await callEngine(endpoint, "GET", `/images/${image("web")}/history`);
    expect(JSON.stringify([settings, history.body])).not.toMatch(/STI_GIT|feature/);
    const built = await imageId("web");

    git("commit", "-qm", "two", "--allow-empty");
    expect(await sti(project, "run")).toMatch(/web .*up to date/);
    expect(await imageId("web")).toBe(built);

    git("tag", "v1.2");
    await project.write({ "web/text": "two" });
    await sti(project, "run");
    await expectNoted({ ...values, COMMIT: git("rev-parse", "HEAD"), TAG: "v1.2", DIRTY: "true" });
  }, 120_000);

  test("with key: true another commit and another branch build, and why names them", async () => {
    const { git, project } = await start({ method, git: { key: true } });
    await sti(project, "run");
    expect(await sti(project, "run")).toMatch(/web .*up to date/);
    git("commit", "-qm", "two", "--allow-empty");
    git("checkout", "-q", "-b", "two");
    const reason = "git STI_GIT_BRANCH changed · git STI_GIT_COMMIT changed";
    expect(await sti(project, "plan")).toContain(reason);
    expect(await sti(project, "why", "web")).toMatch(/STI_GIT_BRANCH[\s\S]*STI_GIT_COMMIT/);
    expect(await sti(project, "run")).toContain(reason);
    await expectNoted({ COMMIT: git("rev-parse", "HEAD"), BRANCH: "two", TAG: "", DIRTY: "false" });
    expect(await sti(project, "run")).toMatch(/web .*up to date/);
  }, 120_000);
});

test("outside of a repository the variables are empty, and a warning gives the reason", async () => {
  const { project } = await start({ git: true });
  await rm(join(project.folder, ".git"), { recursive: true });
  const warning = `the variables STI_GIT_* are empty: no .git in ${join(project.folder, "web")} or above`;
  expect(await sti(project, "plan")).toContain(warning);
  expect(await sti(project, "run")).toContain(warning);
  await expectNoted({ COMMIT: "", BRANCH: "", TAG: "", DIRTY: "" });
}, 60_000);

test("a watch builds for a commit only if it is part of the key, and knows it at the next edit", async () => {
  const { git, project } = await start({ git: true });
  const apps = { web: { git: true }, keyed: { source: "web", git: { key: true } } };
  await project.write({ "sti.config.json": config(apps, { defaults: { method: A_METHOD } }) });
  const watch = watchSti([], { cwd: project.folder });
  await watch.until("watch-settled");
  // From the second build on, the container of the next one is started ahead.
  for (const text of ["two", "three"]) {
    const built = await imageId("web");
    git("commit", "-qam", text, "--allow-empty");
    expect(await watch.until("watch-settled")).toMatchObject({ changed: ["keyed"], failed: [] });
    expect(await imageId("web")).toBe(built);
    await project.write({ "web/text": text });
    await watch.until("watch-settled");
    await expectNoted({ COMMIT: git("rev-parse", "HEAD"), BRANCH: "feature/one", TAG: "", DIRTY: "true" });
  }
  expect(await watch.stop()).toMatchObject({ exitCode: 130 });
}, 120_000);

const NOTE = "env | grep ^STI_GIT_ | sort";

/** Each script notes the variables of git that it gets. */
const BUILDER = imageFolder(
  "builder",
  {
    "prepare-dependencies": `#!/bin/sh\nmkdir -p /srv/deps\n${NOTE} > /srv/deps/git\nexit 0\n`,
    prepare: `#!/bin/sh\nset -e\nmkdir -p /srv/app\n${NOTE} > /srv/app/git\ncp /tmp/src/text /srv/app/\n`,
    run: "#!/bin/sh\ncat /srv/app/text\n",
  },
  { after: 'LABEL sti.dependencies.inputs="deps"\n' },
);

/** A repository with the app `web` and one commit. */
async function start(app: object) {
  const project = await createWorkspace({
    ...BUILDER,
    "web/text": "one",
    "web/deps": "",
    "sti.config.json": config({ web: app }),
  });
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.test", ...args], { cwd: project.folder })
      .toString()
      .trim();
  git("init", "-q", "-b", "feature/one");
  git("add", ".");
  git("commit", "-qm", "one");
  return { git, project };
}

async function sti(project: Workspace, ...args: string[]): Promise<string> {
  const env = { GITHUB_SHA: "", CI_COMMIT_SHA: "" };
  const { exitCode, stderr, stdout } = await runSti(args, { cwd: project.folder, env });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  return stdout;
}

const digestOf = (text: string) => createHash("sha256").update(text).digest("hex");

async function expectNoted(values: Readonly<Record<"BRANCH" | "COMMIT" | "DIRTY" | "TAG", string>>) {
  const tree = await readImageTree(endpoint, image("web"));
  const noted = Object.entries(values).map(([name, value]) => `STI_GIT_${name}=${value}\n`);
  expect(tree.get("srv/app/git")?.digest).toBe(digestOf(noted.sort().join("")));
  // Apps and commits share a dependency layer.
  expect(tree.get("srv/deps/git")?.digest).toBe(digestOf(""));
}
