// From a project without a line for sti to an answer over HTTP: init, run, watch --run. Builds each builder of sti, which
// takes ten minutes and more: with STI_TEST_LONG=1 only.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { askPort } from "@sti/testing/ask-port";
import { withEngine } from "@sti/testing/e2e";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";
import { watchAndRun } from "../e2e/dev.fixtures.ts";
import { USER_PROJECTS } from "./init-apps.fixtures.ts";

const isLong = process.env.STI_TEST_LONG === "1";
/** The folder of each project: its name is in the tags, so that the projects share builders. */
const FOLDER = "sti-e2e-init-apps";
await withEngine(FOLDER, { check: "none" });

test.runIf(isLong).each(Object.entries(USER_PROJECTS))(
  "%s: init --yes, run and watch --run lead to an answer",
  async (_name, { answer, app = FOLDER, files, prepared }) => {
    const workspace = await createWorkspace({});
    const cwd = join(workspace.folder, FOLDER);
    const placed = Object.entries(files).map(([path, text]) => [`${FOLDER}/${path}`, text]);
    await workspace.write(Object.fromEntries(placed));
    for (const [program = "", ...args] of prepared) await promisify(execFile)(program, args, { cwd });
    expect(await runSti(["init", "--yes", "--quiet"], { cwd })).toEqual({
      exitCode: 0,
      stdout: "",
      stderr: "",
    });
    const run = await runSti(["run"], { cwd });
    expect(run, run.stdout + run.stderr).toMatchObject({ exitCode: 0 });
    const watching = watchAndRun(cwd);
    const { ports } = await watching.until("container-started", app);
    await watching.until("container-up", app);
    expect(await askPort(ports[0]?.hostPort)).toContain(answer);
    watching.kill("SIGINT");
    expect((await watching.ended).exitCode).toBe(130);
  },
);
