// Reports of real sessions: one in which a target fails, one that is interrupted.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { A_METHOD } from "@sti/testing/engine-methods";
import { runSti, whenPrinted } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";

const { config } = await withEngine("sti-e2e-reports");

/** `web` is built on `api`; the project itself is the source of `docs`. */
const PROJECT = {
  ...imageFolder("builder", {
    prepare: [
      "#!/bin/sh",
      "if [ -e /tmp/src/fail ]; then echo '<b>the reason</b>'; exit 7; fi",
      "if [ -e /tmp/src/wait ]; then echo waiting; sleep 60; exit 1; fi",
      "",
    ].join("\n"),
    run: "#!/bin/sh\n",
  }),
  "api/text": "api",
  "web/text": "web",
  "sti.config.json": config({
    api: { buildImage: { target: "builder" } },
    web: { buildImage: { target: "api" } },
    docs: { source: ".", buildImage: { target: "builder" }, method: A_METHOD },
  }),
};
const REPORTS = ["html", "json", "junit", "trace"].flatMap((format) => ["--report", format]);

test("a session writes every report, with the steps that were really planned and done", async () => {
  const { folder } = await createWorkspace(PROJECT);
  expect(await runSti(["run", ...REPORTS], { cwd: folder })).toMatchObject({ exitCode: 0 });
  const files = await readdir(folder);
  expect(files.filter((file) => /^sti-/.test(file))).toEqual([
    "sti-junit.xml",
    "sti-report.html",
    "sti-report.json",
    "sti-trace.json",
  ]);
  const built = await readJson(folder);
  const kinds = (steps: readonly { readonly kind: string }[] = []) => steps.map(({ kind }) => kind);
  for (const target of built.targets) {
    expect(target).toMatchObject({ decision: { kind: "build" }, execution: { outcome: "built" } });
    expect(kinds(target.execution.steps)).toEqual(kinds(target.steps));
  }
  const plan = await runSti(["plan", "--json"], { cwd: folder });
  const fields = Object.keys((JSON.parse(plan.stdout) as Document).targets[0] ?? {});
  expect(Object.keys(built.targets[0] ?? {}).filter((field) => field !== "reuse")).toEqual([
    ...fields.filter((field) => field !== "reuse"),
    "execution",
  ]);

  // The reports lie in the source of docs, and are no part of it.
  expect(await runSti(["run", ...REPORTS], { cwd: folder })).toMatchObject({ exitCode: 0 });
  expect((await readJson(folder)).execution.outcomes).toMatchObject({ "up-to-date": 4 });
});

test("a failure is in each report", async () => {
  const { folder } = await createWorkspace({ ...PROJECT, "api/fail": "" });
  expect(await runSti(["run", "web", ...REPORTS], { cwd: folder })).toMatchObject({ exitCode: 1 });
  const html = await readFile(join(folder, "sti-report.html"), "utf8");
  expect(html).toContain("&lt;b>the reason&lt;/b>");
  expect(html).toContain("1 target that needs it was skipped.");
  expect(await readFile(join(folder, "sti-junit.xml"), "utf8")).toContain('type="script-failed"');
  const { execution, targets } = await readJson(folder);
  expect(execution.outcomes).toMatchObject({ failed: 1, skipped: 1 });
  expect(targets.map(({ decision, name }) => [name, decision.kind])).toContainEqual(["web", "open"]);
});

test("an interrupted session writes its reports", async () => {
  const { folder } = await createWorkspace({ ...PROJECT, "api/wait": "" });
  const { exitCode } = await runSti(["run", "web", "--verbose", ...REPORTS], {
    cwd: folder,
    ...whenPrinted("waiting", (kill) => kill("SIGINT")),
  });
  expect(exitCode).toBe(130);
  expect((await readJson(folder)).execution.outcomes).toMatchObject({ cancelled: 2 });
  expect(await readFile(join(folder, "sti-report.html"), "utf8")).toContain(
    "Stopped: 2 of 3 targets cancelled",
  );
});

test("a report that cannot be written is reported, and the images are built", async () => {
  const { folder } = await createWorkspace(PROJECT);
  const { exitCode, stderr } = await runSti(["run", "api", "--report", "junit=missing/junit.xml"], {
    cwd: folder,
  });
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain("missing/junit.xml");
});

/** The parts of the JSON report under test. */
interface Document {
  readonly execution: { readonly outcomes: Readonly<Record<string, number>> };
  readonly targets: readonly {
    readonly name: string;
    readonly decision: { readonly kind: string };
    readonly steps: readonly { readonly kind: string }[];
    readonly execution: { readonly outcome: string; readonly steps: readonly { readonly kind: string }[] };
  }[];
}

async function readJson(folder: string): Promise<Document> {
  return JSON.parse(await readFile(join(folder, "sti-report.json"), "utf8")) as Document;
}
