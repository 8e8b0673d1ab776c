// docs/start.md, followed from its first command to its last.
import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveEndpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "@sti/testing/engine-api";
import { expectNoLeftovers, listHoldings } from "@sti/testing/leftovers";
import { readPage } from "@sti/testing/page-blocks";
import { compareOutput } from "@sti/testing/page-output";
import { openPageShell, type RunningCommands } from "@sti/testing/page-shell";
import { removeImagesOf } from "@sti/testing/remove-images";
import { expect, onTestFinished, test } from "vitest";

const ROOT = new URL("../../../../", import.meta.url).pathname;
const endpoint = await resolveEndpoint();
const FAITHFUL = { missing: [], surplus: [] };

test("docs/start.md works as it stands", async () => {
  await removeImagesOf(endpoint, "start");
  const before = await listHoldings(endpoint);
  const home = await mkdtemp(join(tmpdir(), "sti-start-"));
  onTestFinished(async () => {
    await callEngine(endpoint, "DELETE", "/containers/hello-sti?force=1");
    await removeImagesOf(endpoint, "start");
    await rm(home, { recursive: true });
  });
  // The port of the page may be taken on this machine.
  const page = readFileSync(join(ROOT, "docs/start.md"), "utf8").replaceAll("4000", String(await freePort()));
  const shell = await openPageShell(ROOT, { HOME: home });
  for (const { blocks } of readPage(page)) {
    let output = "";
    let running: RunningCommands | undefined;
    for (const block of blocks) {
      if (block.kind === "file") await shell.write(block.path, block.text);
      else if (block.kind === "commands" && block.keepsRunning) running = await shell.start(block.text);
      else if (block.kind === "commands") output = await shell.run(block.text);
      else if (block.ofRunning)
        await running?.until((text) => compareOutput(block.text, text).missing.length === 0);
      else expect(compareOutput(block.text, output)).toEqual(FAITHFUL);
    }
    if (running !== undefined) expect(await running.interrupt()).toBe(130);
  }
  await expectNoLeftovers(endpoint, before);
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise<unknown>((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port was given");
  return address.port;
}
