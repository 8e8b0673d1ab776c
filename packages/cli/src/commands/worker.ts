// `sti worker`: builds the tasks of a queue in the engine of this machine, until it is stopped.
import { hostname } from "node:os";
import { checkServer, type Serving, serveTasks, unlessLost, type WorkerEvent } from "@sti/queue";
import { connectEngine } from "../engine/connect-engine.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { connectQueue, findLoss, SILENCE_LIMIT } from "../remote/connect-queue.ts";
import { createWorkerHost } from "../remote/worker-host.ts";
import { readWorkerSettings, type WorkerFlags } from "../remote/worker-settings.ts";
import { countTasks, type StatusServer, serveStatus } from "../remote/worker-status.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface WorkerCommandOptions extends WorkerFlags {
  readonly on: string;
  readonly onCa?: string;
  readonly engine?: string;
  readonly slots: number;
  readonly name?: string;
  readonly label?: Readonly<Record<string, string>>;
  readonly listen?: { readonly host: string; readonly port: number };
  /** Seconds. */
  readonly drainTimeout: number;
  readonly logFormat?: "text" | "json";
}

/** Resolves to the exit code once it was stopped and has ended or given back its tasks. */
export async function runWorker(options: WorkerCommandOptions, context: CommandContext): Promise<number> {
  const settings = await readWorkerSettings(options);
  if (!settings.ok) return reportFailures(settings.failures, context);
  const connected = await connectEngine({ engine: options.engine, context });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const queue = await connectQueue(options, context);
  if (!queue.ok) return reportFailures(queue.failures, context);
  const { connection, place, waitFor } = queue.value;
  const { name = hostname(), slots } = options;
  const { policy, secrets, signatures } = settings.value;
  const host = await createWorkerHost({ connection: connected.value, context, secrets, signatures });
  const counts = countTasks();
  const log = (event: Record<string, unknown>, text: string) => {
    const at = new Date().toISOString();
    context.stdout.write(
      options.logFormat === "json"
        ? `${JSON.stringify({ at, worker: name, ...event })}\n`
        : `${at} ${sanitizeLine(text)}\n`,
    );
  };
  let status: StatusServer | undefined;
  try {
    for (const { check, fix = "", found, state } of await unlessLost(
      connection,
      checkServer(place, connection),
    )) {
      if (state !== "ok")
        log({ kind: "check", check, state, found, fix }, `${state}: ${check}: ${found}; ${fix}`);
    }
    const serving = await serveTasks({
      place,
      connection,
      host,
      name,
      slots,
      labels: options.label ?? {},
      policy,
      onEvent: (event) => {
        counts.note(event);
        log(event, describeEvent(event, { name, place: place.shown, slots }));
      },
    });
    // A worker waits for its queue; one that has to stop does so only while a build goes on.
    const isFree = () => context.signal.aborted && serving.building() === 0;
    waitFor(() => (isFree() ? SILENCE_LIMIT : undefined));
    const print = () => ({ problem: serving.paused(), metrics: counts.print(serving, slots) });
    try {
      status = options.listen && (await serveStatus(options.listen, print));
    } catch (error) {
      context.stderr.write(`sti: --listen: ${(error as Error).message}\n`);
      await drain(serving, 0);
      return exitCodes.usage;
    }
    if (status !== undefined)
      log({ kind: "listening", address: status.address }, `http://${status.address}/healthz`);
    await untilAborted(context.signal);
    log({ kind: "draining" }, `draining: ${serving.active()} tasks in progress, takes no more`);
    const problem = await drain(serving, options.drainTimeout * 1000);
    const unreported = serving.unreported();
    log({ kind: "stopped", problem, unreported }, describeStop({ problem, unreported }, place.shown));
    return unreported === 0 ? exitCodes.done : exitCodes.engine;
  } catch (error) {
    const gone = findLoss(queue.value);
    if (gone === undefined) throw error;
    return reportFailures([gone], context);
  } finally {
    await status?.close();
    await host.close();
    await connection.close();
  }
}

/** Resolves to the reason why the queue does not know of it. */
async function drain(serving: Serving, limit: number): Promise<string | undefined> {
  try {
    await serving.drain(limit);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function describeStop(
  { problem, unreported }: { readonly problem: string | undefined; readonly unreported: number },
  queue: string,
): string {
  const again =
    unreported === 1
      ? "the end of 1 task is not reported, another worker builds it again"
      : `the ends of ${unreported} tasks are not reported, other workers build them again`;
  const gone = problem === undefined ? [] : [`the queue at ${queue} does not know of it: ${problem}`];
  return ["stopped", ...gone, ...(unreported === 0 ? [] : [again])].join("; ");
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
}

function describeEvent(
  event: WorkerEvent,
  worker: { readonly name: string; readonly place: string; readonly slots: number },
): string {
  switch (event.kind) {
    case "ready":
      return `${worker.name} takes tasks for ${event.platform} from ${worker.place}, ${worker.slots} at a time`;
    case "paused":
      return `paused: ${event.why}`;
    case "resumed":
      return "resumed";
    case "taken":
      return `${event.target} taken (${event.task})`;
    case "problem":
      return `${event.target}: ${event.message}`;
    case "done": {
      const why = event.message === undefined ? "" : `: ${event.message}`;
      return `${event.target} ${event.outcome} after ${event.seconds.toFixed(1)}s${why}`;
    }
    default:
      return event satisfies never;
  }
}
