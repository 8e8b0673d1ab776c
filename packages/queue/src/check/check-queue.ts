// The checks of a queue for `sti doctor` and for workers that start.
import { listWorkers } from "../coordinator/list-workers.ts";
import type { Presence } from "../task/task-topics.ts";
import type { QueueConnection } from "../transport/queue-connection.ts";
import type { QueuePlace } from "../transport/queue-place.ts";
import { judgeServer, type QueueCheck } from "./judge-server.ts";
import { tryQueue } from "./try-queue.ts";

/** The server alone. Rejects with its error. */
export async function checkServer(
  { isSecure, shown }: QueuePlace,
  connection: QueueConnection,
): Promise<readonly QueueCheck[]> {
  const before = Date.now();
  const facts = await connection.inspect();
  return judgeServer(facts, { asked: (before + Date.now()) / 2, isSecure, shown });
}

/** The server, the way of a task, and the workers. Rejects with the server's error. */
export async function checkQueue(
  place: QueuePlace,
  connection: QueueConnection,
): Promise<readonly QueueCheck[]> {
  const server = await checkServer(place, connection);
  const tasks = await tryQueue(place, connection);
  if (tasks.state === "problem") return [...server, tasks];
  const relay = connection.relay("sti doctor");
  relay.on("error", () => {}); // The connection reports it.
  try {
    return [...server, tasks, describeWorkers(await listWorkers(relay), place.shown)];
  } finally {
    await relay.close();
  }
}

function describeWorkers(workers: readonly Presence[], shown: string): QueueCheck {
  const check = "workers";
  if (workers.length === 0) {
    return {
      check,
      state: "warning",
      found: `none takes tasks from ${shown}`,
      fix: "start one: sti worker --on URL",
    };
  }
  const found = workers
    .map(({ engine: { product = "engine", version }, name, paused, platform, slots }) => {
      const state = paused === undefined ? "" : `, paused: ${paused}`;
      return `${name} (${platform}, ${product} ${version}, ${slots} ${slots === 1 ? "slot" : "slots"}${state})`;
    })
    .join("; ");
  if (workers.some(({ paused }) => paused === undefined)) return { check, state: "ok", found };
  return { check, state: "warning", found, fix: "start the engines of the workers, or further workers" };
}
