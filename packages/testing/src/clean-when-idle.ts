// `sti clean` where a test expects that it removes images.
import { vi } from "vitest";
import { type CliOptions, runSti } from "./run-cli.ts";

interface CleanDocument {
  readonly kept: readonly { readonly id: string; readonly reason: string }[];
  readonly removed: readonly { readonly id: string }[];
}

/**
 * The report of the first `sti clean` that no build hinders. An engine goes on for a while with builds that were cancelled,
 * and with the end of others; as long, untagged images are kept. Rejects after two minutes.
 */
export async function cleanWhenIdle(options: CliOptions): Promise<CleanDocument> {
  return await vi.waitFor(
    async () => {
      const { exitCode, stderr, stdout } = await runSti(["clean", "--json"], options);
      if (exitCode !== 0 || stderr !== "") throw new Error(`sti clean ended with ${exitCode}: ${stderr}`);
      const report = JSON.parse(stdout) as CleanDocument;
      const hindered = report.kept.find(({ reason }) => reason.startsWith("a build is going on"));
      if (hindered !== undefined) throw new Error(`${hindered.id} is kept: ${hindered.reason}`);
      return report;
    },
    { timeout: 120_000, interval: 500 },
  );
}
