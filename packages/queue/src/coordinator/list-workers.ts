// The workers that are alive, as they describe themselves.
import type { Relay } from "bullmq";
import { PRESENCE, type Presence } from "../task/task-topics.ts";

/** In the order of their names. */
export async function listWorkers(relay: Pick<Relay, "getRetained">): Promise<readonly Presence[]> {
  const now = Date.now();
  const retained = await relay.getRetained();
  const workers = retained.flatMap(({ data, expiresAt, topic }) =>
    topic.startsWith(PRESENCE) && expiresAt > now ? [JSON.parse(data) as Presence] : [],
  );
  return workers.sort((one, other) => (one.name < other.name ? -1 : 1));
}
