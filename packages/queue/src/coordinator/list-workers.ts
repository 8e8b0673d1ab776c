// The workers that are alive, as they describe themselves.
import { PRESENCE, PRESENCE_LASTS, PRESENCES, type Presence, readPresence } from "../task/task-topics.ts";
import type { TaskRelay } from "../transport/queue-connection.ts";

/** In the order of their names. What is no presence is left out. */
export async function listWorkers(relay: Pick<TaskRelay, "getRetained">): Promise<readonly Presence[]> {
  const now = Date.now();
  const retained = await relay.getRetained();
  const workers = retained.flatMap(({ data, expiresAt, topic }) => {
    if (!topic.startsWith(PRESENCE) || expiresAt <= now) return [];
    const presence = readPresence(parseJson(data));
    return presence === undefined ? [] : [presence];
  });
  return workers.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The workers as they change, until the relay is closed. */
export interface WorkerTable {
  /** Those that were seen lately. */
  list(): readonly Presence[];
  /** Reads anew what messages may not have brought. Rejects with the queue's error. */
  read(): Promise<void>;
}

export async function createWorkerTable(
  relay: TaskRelay,
  { now, onChange }: { readonly now: () => number; readonly onChange: () => void },
): Promise<WorkerTable> {
  const seen = new Map<string, { readonly presence: Presence; readonly at: number }>();
  await relay.subscribe(PRESENCES, ({ data }) => {
    const presence = readPresence(data);
    if (presence === undefined) return;
    seen.set(presence.id, { presence, at: now() });
    onChange();
  });
  return {
    list: () => {
      for (const [id, { at }] of seen) if (now() - at > PRESENCE_LASTS) seen.delete(id);
      return [...seen.values()].map(({ presence }) => presence);
    },
    read: async () => {
      const started = now();
      const workers = await listWorkers(relay);
      const ids = new Set(workers.map(({ id }) => id));
      for (const [id, { at }] of seen) if (!ids.has(id) && at < started) seen.delete(id);
      for (const presence of workers) seen.set(presence.id, { presence, at: now() });
    },
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
