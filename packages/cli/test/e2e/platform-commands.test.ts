// Commands about targets that are built for several platforms, besides run and plan.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { withEngine } from "@sti/testing/e2e";
import { type Registry, startRegistry } from "@sti/testing/registry";
import type { Workspace } from "@sti/testing/workspace";
import { afterAll, beforeAll, expect, test } from "vitest";
import { platformFixtures, publishBase, readIndex } from "./platforms.fixtures.ts";

const engine = await withEngine("sti-e2e-platform-commands", { check: "file" });

let registry: Registry;
let project: Workspace;
let tag = "";
let key = "";
const { createProject, empty, run, sti } = platformFixtures(engine, () => registry.address);
const BOTH = ["linux/amd64", "linux/arm64"];

async function setConfig(change: (config: object) => object): Promise<void> {
  const file = join(project.folder, "sti.config.json");
  await project.write({
    "sti.config.json": JSON.stringify(change(JSON.parse(await readFile(file, "utf8")))),
  });
}

beforeAll(async () => {
  registry = await startRegistry();
  tag = `${registry.address}/acme/api:1`;
  await publishBase(engine.endpoint, `${registry.address}/base:1`);
  project = await createProject(BOTH);
  const made = await sti(project, "amd64", "attest", "keygen", "signing.key");
  [, key = ""] = /^public key: (\S+)$/m.exec(made.stdout) ?? [];
  const attest = { provenance: true, insecure: true, key: { file: "signing.key" } };
  await setConfig((config) => ({ ...config, attest }));
});
afterAll(() => registry.close());

test("a push joins results of the store, and refuses to as long as one is missing", async () => {
  expect(await run(project, "amd64", "--platform", "linux/amd64")).toMatchObject({ exitCode: 0, stderr: "" });
  const early = await sti(project, "amd64", "push");
  expect(early.exitCode).toBe(4);
  expect(early.stderr).toContain("nothing builds api@arm64 for linux/arm64");
  expect(early.stderr).toContain("sti run --platform linux/arm64 on a machine of that platform");
  await expect(readIndex(tag)).rejects.toThrow("404");

  await empty();
  expect(await run(project, "arm64", "--platform", "linux/arm64")).toMatchObject({ exitCode: 0, stderr: "" });
  await empty();
  const pushed = await sti(project, "amd64", "push");
  expect(pushed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await readIndex(tag)).toMatchObject({ platforms: BOTH });
  // No image was brought into the engine for it.
  expect(await engine.inspect(tag)).toBeUndefined();
  await project.write({ "api/text": "2" });
  const stale = await sti(project, "amd64", "push");
  expect(stale.exitCode).not.toBe(0);
  expect(stale.stderr).toContain(`${registry.address}/sti/store has no result`);
  await project.write({ "api/text": "1" });
});

test("an index is verified by the attestations of each of its images", async () => {
  const good = await sti(project, "amd64", "attest", "verify", tag, "--insecure", "--key", key);
  expect(good).toMatchObject({ exitCode: 0, stderr: "" });
  const { digest } = await readIndex(tag);
  expect(good.stdout).toMatch(
    new RegExp(
      `^\\S+@${digest}\nlinux/amd64\n {2}\\S+\n {2}provenance {2}signed by .*\nlinux/arm64\n {2}\\S+\n {2}provenance {2}signed by .*\nverified\n$`,
    ),
  );
  const lacking = await sti(
    project,
    "amd64",
    "attest",
    "verify",
    tag,
    "--insecure",
    "--key",
    key,
    "--type",
    "sbom",
  );
  expect(lacking.exitCode).toBe(1);
  expect(lacking.stdout).toContain("not verified: no valid document of the type sbom");
  const shown = await sti(project, "amd64", "attest", "show", tag, "--insecure", "--json");
  const { documents, images } = JSON.parse(shown.stdout);
  expect(documents).toEqual([]);
  expect(images).toMatchObject([
    { platform: "linux/amd64", documents: [{ type: "provenance" }] },
    { platform: "linux/arm64", documents: [{ type: "provenance" }] },
  ]);
});

test("the build history has the builds for all platforms", async () => {
  const history = await sti(project, "amd64", "why", "--history", "api", "--json");
  const { targets } = JSON.parse(history.stdout) as {
    targets: readonly { name: string; builds: readonly object[] }[];
  };
  expect(targets.map(({ builds, name }) => [name, builds.length > 0])).toEqual([
    ["api", true],
    ["api@arm64", true],
  ]);
});

test("no tag is moved to one of several images", async () => {
  for (const image of ["api", "builder", "store://api", tag]) {
    const refused = await sti(
      project,
      "amd64",
      "promote",
      image,
      "--to",
      engine.image("api"),
      "--if-equivalent",
    );
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("is built for linux/amd64 and linux/arm64");
    expect(refused.stderr).toContain("docker buildx imagetools create");
  }
});

test("several platforms are not pushed without a store", async () => {
  await setConfig(({ cache: _, ...config }: { readonly cache?: unknown }) => config);
  const refused = await sti(project, "amd64", "push");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("cannot be pushed for several platforms without a store of results");
});
