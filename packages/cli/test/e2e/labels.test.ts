import { execFileSync } from "node:child_process";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { METHODS } from "@sti/testing/engine-methods";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";

const { config, image, inspect } = await withEngine("sti-e2e-labels", { check: "file" });
const OCI = "org.opencontainers.image.";
const tagOf = (method: string) => image(`${method}:1.2`);

let project: Workspace;

const git = (...args: string[]) =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t.test", ...args], { cwd: project.folder })
    .toString()
    .trim();

async function labelsOf(method: string): Promise<Readonly<Record<string, string>>> {
  const { Labels = {} } = (await inspect(tagOf(method)))?.Config ?? {};
  return Object.fromEntries(Object.entries(Labels).filter(([key]) => key.startsWith(OCI)));
}

test("both methods report the same commit of a source, and a commit that changes nothing builds nothing", async () => {
  const app = (method: string) => ({
    source: "app",
    tag: tagOf(method),
    method,
    labels: { [`${OCI}title`]: "one" },
  });
  project = await createWorkspace({
    ...imageFolder("builder", {
      prepare: "#!/bin/sh\ncp -r /tmp/src /srv/app\n",
      run: "#!/bin/sh\ncat /srv/app/text\n",
    }),
    "app/text": "one",
    "sti.config.json": config(Object.fromEntries(METHODS.map((method) => [method, app(method)]))),
  });
  git("init", "-q");
  git("remote", "add", "origin", "https://me:s3cret@git.test/acme/shop.git");
  git("add", ".");
  git("commit", "-qm", "one");
  const run = async () => {
    const env = { SOURCE_DATE_EPOCH: "1700000000" };
    const done = await runSti(["run"], { cwd: project.folder, env });
    expect(done).toMatchObject({ exitCode: 0, stderr: "" });
    return done.stdout;
  };

  await run();
  const commit = git("rev-parse", "HEAD");
  const [byBuild, byRun] = [await labelsOf("dockerfile"), await labelsOf("container")];
  expect(byBuild).toMatchObject({
    [`${OCI}title`]: "one",
    [`${OCI}source`]: "https://git.test/acme/shop.git",
    [`${OCI}revision`]: commit,
    [`${OCI}version`]: "1.2",
    [`${OCI}created`]: "2023-11-14T22:13:20Z",
    [`${OCI}base.name`]: "sti-e2e-labels/builder:latest",
    [`${OCI}base.digest`]: expect.stringMatching(/^sha256:/),
  });
  expect(byRun).toEqual(byBuild);

  git("commit", "-qm", "two", "--allow-empty");
  expect(await run()).toContain("3 up to date");
  expect(await labelsOf("dockerfile")).toEqual(byBuild);

  await project.write({ "app/text": "two" });
  await run();
  for (const method of METHODS) expect(await labelsOf(method)).not.toHaveProperty([`${OCI}revision`]);
});
