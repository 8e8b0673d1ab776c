// The checks of `sti doctor` on a queue, and on the parts of a config that sessions on workers need.
import type { Result, WrittenConfig } from "@sti/core";
import { checkQueue } from "@sti/queue";
import type { CheckResult } from "../engine/doctor-checks.ts";
import type { CommandContext } from "../process/command-context.ts";
import { type QueueOptions, withQueue } from "./connect-queue.ts";

/** `config`: undefined if there is none. Fails if the queue does not answer. */
export async function checkQueueAt(
  options: QueueOptions,
  config: WrittenConfig | undefined,
  context: CommandContext,
): Promise<Result<readonly CheckResult[]>> {
  return await withQueue(options, context, async ({ connection, place }) => {
    const checks = await checkQueue(place, connection);
    return [...checks, ...(config === undefined ? [] : checkConfigOf(config))];
  });
}

function checkConfigOf({ attest, cache }: WrittenConfig): readonly CheckResult[] {
  const results: CheckResult[] = [];
  if (cache === undefined) {
    const fix = "add cache: { image: … } to the config";
    results.push({
      check: "store",
      state: "problem",
      found: "none, but sources and results travel over it",
      fix,
    });
  }
  if (attest?.key === undefined) {
    const fix = "make a pair with sti attest keygen, and set attest.key";
    results.push({
      check: "tasks",
      state: "warning",
      found: "not signed: workers with --trust refuse them",
      fix,
    });
  }
  return results;
}
