// The part of a selection that the command line asks for, with the durations that balance the parts.
import { resolve } from "node:path";
import { type Failure, failed, type Result, type Shard, success } from "@sti/core";
import { FileProblem, readSmallFile } from "@sti/files";
import type { SelectionFlags } from "../process/flags.ts";

/** Metadata of thousands of targets, bytes. */
const LARGEST = 64 * 1024 ** 2;

/** Undefined where everything is meant. */
export async function readShard(
  { shard, shardBy }: SelectionFlags,
  { cwd, signal }: { readonly cwd: string; readonly signal: AbortSignal },
): Promise<Result<Shard | undefined>> {
  if (shard === undefined) return success(undefined);
  if (shardBy === undefined) return success({ ...shard, durations: new Map() });
  const file = resolve(cwd, shardBy);
  const refuse = (message: string): Result<never> => {
    const failure: Failure = { code: "durations-unreadable", file, message };
    return failed([failure]);
  };
  let text: string;
  try {
    text = (await readSmallFile(file, { limit: LARGEST, signal })).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    return refuse(`it ${error.words}`);
  }
  try {
    const { targets } = JSON.parse(text) as { targets: Record<string, { duration: unknown }> };
    const durations = Object.entries(targets).flatMap(([name, { duration }]) =>
      typeof duration === "number" && duration > 0 ? [[name, duration] as const] : [],
    );
    return success({ ...shard, durations: new Map(durations) });
  } catch {
    return refuse("it is not a file that --metadata-file has written");
  }
}
