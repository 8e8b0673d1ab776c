// The clock of a registry, by the Date of its answers.
import type { CallOptions } from "@sti/core";
import type { Host } from "./host.ts";

/** Milliseconds since 1970; undefined where an answer has no date. Rejects with RegistryError. */
export async function readTime(host: Host, { signal }: CallOptions = {}): Promise<number | undefined> {
  const { headers } = await host.call({
    operation: "read time",
    method: "GET",
    path: "",
    scopes: [],
    expected: [200, 401, 403, 404],
    signal,
  });
  const time = Date.parse(String(headers.date));
  return Number.isNaN(time) ? undefined : time;
}
