// Owns the one call that reports a container's memory use.
import { type CallOptions, EngineError } from "@sti/core";
import type { Connection } from "./connect.ts";
import { shortLimit } from "./engine-request.ts";
import { asNumber, asObject } from "./json-fields.ts";

export async function measureMemory(
  connection: Connection,
  container: string,
  options: CallOptions = {},
): Promise<number | undefined> {
  try {
    const answer = await connection.call({
      operation: "measure container",
      method: "GET",
      path: `/containers/${encodeURIComponent(container)}/stats`,
      query: { stream: 0, "one-shot": 1 },
      signal: options.signal,
      limit: shortLimit,
    });
    return readMemory(asObject(asObject(answer).memory_stats));
  } catch (error) {
    if (error instanceof EngineError && error.reason === "not-found") return undefined;
    throw error;
  }
}

/** As `docker stats` counts: without files that are cached and not used. The names depend on the version of cgroups. */
function readMemory({ stats, usage }: Readonly<Record<string, unknown>>): number | undefined {
  if (typeof usage !== "number") return undefined;
  const details = asObject(stats);
  const cached = asNumber(details.total_inactive_file) || asNumber(details.inactive_file);
  return Math.max(usage - cached, 0);
}
