// `sti queue`: the workers of a queue and its tasks, and the tables of one in PostgreSQL.
import { homeQueueName, listWorkers, type Presence, type QueueConnection, queueName } from "@sti/queue";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { type ConnectedQueue, type QueueOptions, withQueue } from "../remote/connect-queue.ts";
import { formatJson } from "../render/format-json.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface QueueStatusOptions extends QueueOptions {
  readonly json?: boolean;
}

interface TaskNumbers {
  readonly waiting: number;
  readonly active: number;
  readonly delayed: number;
}

interface PlatformTasks extends TaskNumbers {
  readonly platform: string;
}

type ShownWorker = Presence & { readonly home: TaskNumbers };

/** Output of --json. */
export interface QueueStatusDocument {
  readonly schemaVersion: 1;
  /** Address without credentials. */
  readonly queue: string;
  readonly name: string;
  readonly workers: readonly (Pick<
    Presence,
    "active" | "labels" | "name" | "paused" | "platform" | "since" | "slots"
  > & { readonly engine: string; readonly home: TaskNumbers })[];
  readonly tasks: readonly PlatformTasks[];
}

/** Resolves to the exit code. */
export async function runQueueStatus(options: QueueStatusOptions, context: CommandContext): Promise<number> {
  const status = await withQueue(options, context, readStatus);
  if (!status.ok) return reportFailures(status.failures, context);
  const { place, tasks, workers } = status.value;
  const document: QueueStatusDocument = {
    schemaVersion: 1,
    queue: place.shown,
    name: place.name,
    workers: workers.map(({ engine, id: _id, ...worker }) => ({ ...worker, engine: productOf(engine) })),
    tasks,
  };
  context.stdout.write(options.json === true ? formatJson(document, 2) : print(workers, tasks, place.shown));
  return exitCodes.done;
}

async function readStatus({ connection, place }: ConnectedQueue) {
  const relay = connection.relay("sti queue status");
  relay.on("error", () => {}); // The connection reports it.
  const workers: ShownWorker[] = [];
  const tasks: PlatformTasks[] = [];
  try {
    for (const worker of await listWorkers(relay)) {
      const home = await countTasks(connection, homeQueueName(place, worker.platform, worker.name));
      workers.push({ ...worker, home });
    }
    const platforms = [
      ...new Set([...workers.map(({ platform }) => platform), "linux/amd64", "linux/arm64"]),
    ];
    for (const platform of platforms.sort()) {
      const counts = await countTasks(connection, queueName(place, platform));
      const isUsed = workers.some((worker) => worker.platform === platform);
      if (isUsed || counts.active + counts.delayed + counts.waiting > 0) tasks.push({ platform, ...counts });
    }
  } finally {
    await relay.close();
  }
  return { place, tasks, workers };
}

async function countTasks(connection: QueueConnection, name: string): Promise<TaskNumbers> {
  const queue = connection.queue(name);
  queue.on("error", () => {}); // The connection reports it.
  const counts = await queue.getJobCounts("waiting", "prioritized", "active", "delayed");
  await queue.close();
  const { active = 0, delayed = 0, prioritized = 0, waiting = 0 } = counts;
  return { waiting: waiting + prioritized, active, delayed };
}

/** Makes or upgrades the tables of a queue in PostgreSQL, as their owner. Resolves to the exit code. */
export async function runQueueInit(options: QueueOptions, context: CommandContext): Promise<number> {
  const queue = await withQueue(options, context, async ({ place }) => place, { migrates: true });
  if (!queue.ok) return reportFailures(queue.failures, context);
  context.stdout.write(`${queue.value.shown} is ready\n`);
  return exitCodes.done;
}

function print(workers: readonly ShownWorker[], tasks: readonly PlatformTasks[], queue: string): string {
  const lines = [
    workers.length === 0 ? `no workers take tasks from ${queue}` : `${workers.length} workers of ${queue}`,
    ...workers.map(({ active, engine, home, labels, name, paused, platform, slots }) => {
      const marks = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
      const state = paused === undefined ? "" : `  paused: ${paused}`;
      const product = productOf(engine);
      const own = `${home.waiting + home.delayed} wait for it`;
      return `  ${[name, platform, `${active} of ${slots} slots`, own, product, ...marks].join("  ")}${state}`;
    }),
    ...tasks.map(
      ({ active, delayed, platform, waiting }) =>
        `${platform}, for any worker: ${waiting} tasks wait, ${active} in progress, ${delayed} to be tried again`,
    ),
  ];
  return lines.map((line) => `${sanitizeLine(line)}\n`).join("");
}

function productOf({ product = "engine", version }: Presence["engine"]): string {
  return `${product} ${version}`;
}
