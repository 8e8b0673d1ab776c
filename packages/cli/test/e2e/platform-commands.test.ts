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
let tag = "";
const { createProject, empty, run, sti } = platformFixtures(engine, () => registry.address);
const BOTH = ["linux/amd64", "linux/arm64"];
const DONE = { exitCode: 0, stderr: "" };

beforeAll(async () => {
  registry = await startRegistry();
  tag = `${registry.address}/acme/api:1`;
  await publishBase(engine.endpoint, `${registry.address}/base:1`);
});
afterAll(() => registry.close());

async function setConfig(project: Workspace, more: object): Promise<void> {
  const config = JSON.parse(await readFile(join(project.folder, "sti.config.json"), "utf8"));
  await project.write({ "sti.config.json": JSON.stringify({ ...config, ...more }) });
}

test("sti push joins results of the store, whose attestations verify the index, and whose builds are in the history", async () => {
  const project = await createProject(BOTH);
  const { stdout } = await sti(project, "amd64", "attest", "keygen", "signing.key");
  const [, key = ""] = /^public key: (\S+)$/m.exec(stdout) ?? [];
  await setConfig(project, { attest: { provenance: true, insecure: true, key: { file: "signing.key" } } });
  expect(await run(project, "amd64", "--platform", "linux/amd64")).toMatchObject(DONE);
  const early = await sti(project, "amd64", "push");
  expect(early.exitCode).toBe(4);
  expect(early.stderr).toContain("nothing builds api@arm64 for linux/arm64");
  expect(early.stderr).toContain("sti run --platform linux/arm64 on a machine of that platform");
  await expect(readIndex(tag)).rejects.toThrow("404");

  await empty();
  expect(await run(project, "arm64", "--platform", "linux/arm64")).toMatchObject(DONE);
  await empty();
  expect(await sti(project, "amd64", "push")).toMatchObject(DONE);
  expect(await readIndex(tag)).toMatchObject({ platforms: BOTH });
  // No image was brought into the engine for it.
  expect(await engine.inspect(tag)).toBeUndefined();

  const attest = async (action: string, ...more: readonly string[]) =>
    await sti(project, "amd64", "attest", action, tag, "--insecure", ...more);
  const verified = await attest("verify", "--key", key);
  expect(verified).toMatchObject(DONE);
  const { digest } = await readIndex(tag);
  const part = " {2}\\S+\n {2}provenance {2}signed by ed25519:.*";
  expect(verified.stdout).toMatch(
    new RegExp(`^\\S+@${digest}\nlinux/amd64\n${part}\nlinux/arm64\n${part}\nverified\n$`),
  );
  const lacking = await attest("verify", "--key", key, "--type", "sbom");
  expect(lacking.exitCode).toBe(1);
  expect(lacking.stdout).toContain("not verified: no valid document of the type sbom");
  const shown = await attest("show", "--json");
  const documents = [{ type: "provenance" }];
  expect(JSON.parse(shown.stdout)).toMatchObject({
    documents: [],
    images: BOTH.map((platform) => ({ platform, documents })),
  });

  const history = await sti(project, "amd64", "why", "--history", "api", "--json");
  const { targets } = JSON.parse(history.stdout) as {
    targets: readonly { name: string; builds: object[] }[];
  };
  expect(targets.map(({ builds, name }) => [name, builds.length > 0])).toEqual([
    ["api", true],
    ["api@arm64", true],
  ]);

  await project.write({ "api/text": "2" });
  const stale = await sti(project, "amd64", "push");
  expect(stale.exitCode).not.toBe(0);
  expect(stale.stderr).toContain(`${registry.address}/sti/store has no result`);
  expect((await readIndex(tag)).digest).toBe(digest);
});

test("what an engine cannot do for several platforms is refused with a next step", async () => {
  const project = await createProject(BOTH);
  for (const image of ["api", "builder", "store://api", tag]) {
    const words = ["promote", image, "--to", engine.image("api"), "--if-equivalent"];
    const refused = await sti(project, "amd64", ...words);
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("is built for linux/amd64 and linux/arm64");
    expect(refused.stderr).toContain("docker buildx imagetools create");
  }
  await setConfig(project, { cache: undefined });
  const refused = await sti(project, "amd64", "push");
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain("cannot be pushed for several platforms without a store of results");
});
