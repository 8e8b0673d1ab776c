// docs/from-dockerfiles.md, from-compose.md and from-bake.md: their files, and their comparisons of images.
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { askPort } from "@sti/testing/ask-port";
import { buildDockerfile } from "@sti/testing/build-dockerfile";
import { withEngine } from "@sti/testing/e2e";
import { BY_CONTAINER } from "@sti/testing/engine-methods";
import { type PageBlock, readPage } from "@sti/testing/page-blocks";
import { compareOutput } from "@sti/testing/page-output";
import { runSti } from "@sti/testing/run-cli";
import { afterAll, expect, test } from "vitest";
import { watchAndRun } from "../e2e/dev.fixtures.ts";
import { MIGRATION, readBake, readCompose } from "./migration.fixtures.ts";

const { endpoint } = await withEngine("migration", { removes: "test" });
const DOCS = new URL("../../../../docs/", import.meta.url).pathname;
/** A copy outside git, whose state is in labels of images. */
const copies = mkdtempSync(join(tmpdir(), "sti-migration-"));
cpSync(MIGRATION, copies, { recursive: true });
afterAll(() => rmSync(copies, { recursive: true }));
const SERVICES = join(copies, "services");
const BAKE = join(copies, "bake");

test.each([
  ["from-dockerfiles.md", SERVICES, 6],
  ["from-compose.md", SERVICES, 2],
  ["from-bake.md", BAKE, 2],
])("docs/%s shows the files of its example", (page, folder, count) => {
  const files = blocksOf(page).filter((block) => block.kind === "file");
  expect(files).toHaveLength(count);
  for (const { path, text } of files) expect(text).toBe(readFileSync(join(folder, path), "utf8"));
});

test("Dockerfiles give equivalent images, and a build image in their place differs as the page shows", async () => {
  for (const { build, image } of Object.values(readCompose(SERVICES)))
    if (build !== undefined)
      await buildDockerfile(endpoint, { context: join(SERVICES, build), tags: [image] });
  expect(await followPage("from-dockerfiles.md", SERVICES)).toEqual([
    { verdict: "≈ equivalent", exitCode: 0 },
    { verdict: "✖ different", exitCode: 1 },
  ]);
});

test("services of a compose file have the same ports, variables and folders in a watch, and answer", async () => {
  const { default: config } = await import(join(MIGRATION, "services/sti.config.ts"));
  for (const [name, service] of Object.entries(readCompose(SERVICES))) {
    if (service.build === undefined) continue;
    const { dev, tag } = config.apps[name];
    expect(`${tag}:before`).toBe(service.image);
    expect(dev.ports).toEqual(service.ports);
    expect(dev.env).toEqual(service.environment);
    expect(dev.volumes).toEqual(service.volumes);
  }
  // The ports of the page may be taken on this machine.
  const freePorts = ["api", "mail"].flatMap((name) => [
    "--set",
    `apps.${name}.dev.ports=["127.0.0.1::8080"]`,
  ]);
  // Nor can the page's database be pulled in a test.
  const store = ["image=debian:bookworm-slim", 'command=["sleep", "100"]', "ports=[]"].flatMap((value) => [
    "--set",
    `services.store.${value}`,
  ]);
  const watch = watchAndRun(SERVICES, ...freePorts, ...store);
  const portOf = async (name: string) => {
    const { ports } = await watch.until("container-started", name);
    await watch.until("container-up", name);
    return ports[0]?.hostPort;
  };
  expect(JSON.parse(await askPort(await portOf("api")))).toEqual({ lamp: 1, desk: 2 });
  expect(await askPort(await portOf("mail"))).toBe("Your order is on its way.\n");
  watch.kill("SIGINT");
  expect(await watch.ended).toMatchObject({ exitCode: 130 });
});

test("targets of a bake file give equivalent images", async () => {
  for (const build of readBake(BAKE)) {
    // The name for which the target stands that is a context of another one.
    const names = build.tags.includes("migration/site:before") ? ["migration/site"] : [];
    await buildDockerfile(endpoint, { ...build, tags: [...build.tags, ...names] });
  }
  expect(await followPage("from-bake.md", BAKE)).toEqual([
    { verdict: "≈ equivalent", exitCode: 0 },
    { verdict: "≈ equivalent", exitCode: 0 },
  ]);
  const preview = await runSti(["compare", "migration/preview:before", "migration/preview"]);
  expect(preview).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("≈ equivalent") });
});

function blocksOf(page: string): readonly PageBlock[] {
  return readPage(readFileSync(join(DOCS, page), "utf8")).flatMap(({ blocks }) => blocks);
}

/** Versions of BuildKit differ in the folders that they leave, whose differences rules cover. */
function withoutRules(text: string): string {
  return text.replaceAll(/^ +rule .*\n/gm, "").replaceAll(/, \d+ covered by rules/g, "");
}

/** Runs the page's commands of sti, checks the output below them, and returns the outcomes of its comparisons. */
async function followPage(page: string, cwd: string) {
  const outcomes: { readonly verdict: string | undefined; readonly exitCode: number | null }[] = [];
  let output = "";
  for (const block of blocksOf(page)) {
    // Podman's images have other layers.
    if (block.kind === "output" && BY_CONTAINER)
      expect(compareOutput(withoutRules(block.text), withoutRules(output))).toEqual({
        missing: [],
        surplus: [],
      });
    if (block.kind !== "commands") continue;
    for (const line of block.text.trimEnd().split("\n")) {
      const [program, ...args] = line.split(" ");
      if (program !== "sti") continue;
      const { exitCode, stderr, stdout } = await runSti(args, { cwd });
      output = stdout + stderr;
      if (args[0] === "compare") outcomes.push({ verdict: stdout.split("\n")[0], exitCode });
      else expect({ line, exitCode, stderr }).toMatchObject({ exitCode: 0 });
    }
  }
  return outcomes;
}
