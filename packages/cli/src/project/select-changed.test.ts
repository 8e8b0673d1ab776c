import { execFileSync } from "node:child_process";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { loadGraph } from "./load-project.ts";

const app = (name: string, more: object = {}) => ({
  source: name,
  buildImage: "b",
  tag: `acme/${name}`,
  ...more,
});

function git({ folder }: Workspace, ...args: string[]): void {
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.test"];
  const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null" };
  execFileSync("git", [...identity, "-C", folder, ...args], { env, stdio: "pipe" });
}

async function repository(files: Readonly<Record<string, string>>): Promise<Workspace> {
  const project = await createWorkspace({ "api/a": "a", "web/a": "a", "jobs/a": "a", ...files });
  git(project, "init", "-q", "-b", "main");
  git(project, "add", "-A");
  git(project, "commit", "-q", "-m", "start");
  return project;
}

async function affected({ folder }: Workspace): Promise<string> {
  const loaded = await loadGraph({
    cwd: folder,
    command: "run",
    config: undefined,
    targets: [],
    affected: "main",
    method: undefined,
    env: { XDG_CACHE_HOME: (await createWorkspace({})).folder },
  });
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failures));
  return loaded.value.selected.join(" ");
}

const json = (apps: object, more: object = {}) => JSON.stringify({ apps, ...more });
const THREE = { api: app("api"), web: app("web"), jobs: app("jobs") };

describe("a changed config concerns", () => {
  test("the targets that it says something else of, and new ones", async () => {
    const project = await repository({ "sti.config.json": json(THREE) });
    const web = app("web", { env: { PORT: "1" } });
    await project.write({
      "sti.config.json": json({ ...THREE, web, extra: app("api", { tag: "acme/extra" }) }),
    });
    expect(await affected(project)).toBe("web extra");
  });

  test("all where a default changed that all have", async () => {
    const project = await repository({ "sti.config.json": json(THREE) });
    await project.write({ "sti.config.json": json(THREE, { defaults: { method: "container" } }) });
    expect(await affected(project)).toBe("api web jobs");
  });

  test("nobody where it says the same in other words", async () => {
    const project = await repository({ "sti.config.json": json(THREE) });
    await project.write({ "sti.config.json": JSON.stringify({ concurrency: 2, apps: THREE }, null, 2) });
    expect(await affected(project)).toBe("");
  });

  test("those of a file that it imports", async () => {
    const config = `import { jobs } from "./jobs.mjs";\nexport default { apps: { ...${JSON.stringify(THREE)}, jobs } };`;
    const jobs = (port: number) =>
      `export const jobs = ${JSON.stringify(app("jobs", { env: { PORT: `${port}` } }))};`;
    const project = await repository({ "sti.config.mjs": config, "jobs.mjs": jobs(1) });
    await project.write({ "jobs.mjs": jobs(2) });
    expect(await affected(project)).toBe("jobs");
  });

  test("all where it could not be read as it was", async () => {
    const project = await repository({ "sti.config.json": "{ no" });
    await project.write({ "sti.config.json": json(THREE) });
    expect(await affected(project)).toBe("api web jobs");
  });
});
