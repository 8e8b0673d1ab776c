// Runs the session of a project on workers: the queue, the store and the executor that uses both.
import {
  decidePushes,
  type EngineDescription,
  type Facts,
  platformParts,
  refusePartialPushes,
  unknownEngine,
} from "@sti/core";
import { NO_ENGINE } from "@sti/core/remote";
import { listWorkers, type Presence, priorities, type QueueConnection, unlessLost } from "@sti/queue";
import { openAttest } from "../engine/open-attest.ts";
import { openStore, type StoreOptions } from "../engine/open-store.ts";
import { readSigningKey } from "../engine/signing-key.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { version } from "../process/version.ts";
import { createBuildTimes } from "../project/build-times.ts";
import type { Project } from "../project/load-project.ts";
import { NO_LOCK, type ProjectLock, refuseUnlocked } from "../project/project-lock.ts";
import { machinePlatform, spreadProject } from "../project/spread-project.ts";
import { runSession } from "../session/run-session.ts";
import type { SessionOptions } from "../session/session-options.ts";
import {
  type ConnectedQueue,
  connectQueue,
  findLoss,
  impossible,
  type QueueOptions,
  SILENCE_LIMIT,
} from "./connect-queue.ts";
import { openQueues } from "./open-queues.ts";
import { createSourceSharing } from "./share-source.ts";

export interface RemoteOptions extends SessionOptions, StoreOptions, QueueOptions {
  readonly locked?: ProjectLock | undefined;
  /** Platforms to build for, as they are written; left out: all of each target. */
  readonly platform?: readonly string[];
  readonly push?: "each" | "atomic" | false;
  /** Seconds that a task waits while there is no worker, or the server does not answer. */
  readonly waitTimeout?: number | undefined;
  /** Builds where the queue does not answer. */
  readonly onUnavailable?: "fail" | "local" | undefined;
}

/**
 * Targets that are looked up and ordered at the same time, if the command line names no number: at least so many, and so many
 * for each slot. A worker that has many tasks to choose from has its own apps among them.
 */
const AT_ONCE = 64;
const FOR_SLOT = 20;
/** Seconds that a session waits for a server that is gone, if the command line names no number: it may be started again. */
const SERVER_LIMIT = 120;

/** Resolves to the exit code, or to "local" where the queue does not answer and this machine is to build. */
export async function runRemote(
  project: Project,
  options: RemoteOptions,
  context: CommandContext,
): Promise<number | "local"> {
  const { config } = project;
  if (config.cache === undefined || options.cacheRead === false || options.cacheWrite === false) {
    const failure = impossible(
      "--on needs a store that is read and written: workers get sources from it, and put results there",
      "add cache: { image: … } to the config",
    );
    return reportFailures([failure], context);
  }
  if (options.load === "all") {
    const failure = impossible(
      "--load=all needs the engine of this machine, which --on does not use",
      "run sti run --load=all without --on afterwards",
    );
    return reportFailures([failure], context);
  }
  const connected = await connectQueue(options, context);
  if (!connected.ok) {
    const isAway = connected.failures.every(({ code }) => code === "queue-unreachable");
    if (options.onUnavailable !== "local" || !isAway) return reportFailures(connected.failures, context);
    context.stderr.write("sti: the queue does not answer: building in the engine of this machine\n");
    return "local";
  }
  const { connection } = connected.value;
  try {
    return await runOn(project, options, connected.value, context);
  } catch (error) {
    // Before a session has begun; a session ends its targets with the same failure.
    const gone = findLoss(connected.value);
    if (gone === undefined || context.signal.aborted) throw error;
    return reportFailures([gone], context);
  } finally {
    await connection.close();
  }
}

async function runOn(
  loaded: Project,
  options: RemoteOptions,
  { connection, place, waitFor }: ConnectedQueue,
  context: CommandContext,
): Promise<number> {
  const workers = await unlessLost(connection, readWorkers(connection));
  const engine = chooseEngine(workers);
  const facts: Facts = { engine, images: new Map() };
  const spread = spreadProject(loaded, { facts, platform: options.platform });
  if (!spread.ok) return reportFailures(loaded.place(spread.failures), context);
  const project = spread.value;
  const stop = (failures: Parameters<typeof reportFailures>[0]) =>
    reportFailures(project.place(failures), context);
  const key = await readSigningKey(project, context);
  if (!key.ok) return stop(key.failures);
  if ("missing" in key.value)
    return stop([impossible(`attest.key ${key.value.missing}`, "set it, or remove attest.key")]);
  const { locked = NO_LOCK } = options;
  const request = options.push === false ? "none" : options.push;
  const pushes = decidePushes(project.graph, { request, selected: project.selected });
  const refused = [
    ...refuseUnlocked(loaded.graph, locked, facts),
    ...refusePartialPushes(project.graph, pushes, {
      hasStore: true,
      isAsked: request === "each" || request === "atomic",
    }),
  ];
  if (refused.length > 0) return stop(refused);
  const store = await openStore(project, { ...options, load: "none" }, { context, engine });
  if (!store.ok) return stop(store.failures);
  if (store.value === undefined) throw new Error("a config with a store has none");
  const { artifacts, use, useFor } = store.value;
  const attest = await openAttest(project, { pushes, store: use }, context);
  try {
    if (!attest.ok) return stop(attest.failures);
    const parts = platformParts({ graph: project.graph, facts });
    const platforms = new Set(parts.map(({ platform }) => platform));
    const fitting = workers.filter(({ platform }) => platforms.has(platform));
    const slots = fitting.reduce((sum, worker) => sum + worker.slots, 0);
    const known = createBuildTimes(project.folders.memory);
    const earlier = known.read();
    const times = new Map<string, number>();
    const order = priorities(project.graph, earlier);
    const { key: signingKey } = key.value;
    const { waitTimeout } = options;
    return await runSession(project, {
      engine: NO_ENGINE,
      facts,
      ledger: undefined,
      store: use,
      attest: attest.value?.use,
      lock: locked.lock,
      pushes,
      secrets: new Map(),
      options: { ...options, concurrency: options.concurrency ?? Math.max(AT_ONCE, FOR_SLOT * slots) },
      context,
      remote: {
        workers: fitting.length,
        open: async (session) => {
          const opened = await openQueues(parts, {
            session,
            use: useFor,
            insecure: project.config.cache?.insecure === true,
            queue: {
              place,
              connection,
              artifacts,
              run: session.id,
              key: signingKey,
              waitTimeout: waitTimeout === undefined ? undefined : waitTimeout * 1000,
              share: createSourceSharing(artifacts),
              targets: groupTargets(session.targetNames, project.config),
              store: use.store.repository,
              priorityOf: (target) => order.get(target) ?? 1,
              onBuilt: (target, milliseconds) => times.set(target, milliseconds),
              now: Date.now,
              warn: (message) => session.emit({ type: "session-warning", at: Date.now(), message }),
            },
          });
          waitFor(() => (context.signal.aborted ? SILENCE_LIMIT : (waitTimeout ?? SERVER_LIMIT)));
          return {
            ...opened,
            close: async () => {
              waitFor(() => SILENCE_LIMIT);
              await opened.close();
              if (times.size === 0) return;
              await known.write(new Map([...earlier, ...times])).catch(({ message }: Error) => {
                context.stderr.write(`sti: times of builds cannot be remembered: ${message}\n`);
              });
            },
          };
        },
      },
    });
  } finally {
    await store.value.close();
    if (attest.ok) await attest.value?.close();
  }
}

async function readWorkers(connection: QueueConnection): Promise<readonly Presence[]> {
  const relay = connection.relay("sti run");
  relay.on("error", () => {}); // The connection reports it.
  try {
    return await listWorkers(relay);
  } finally {
    await relay.close();
  }
}

/** Apps are built at the same time, and images before them: each kind is spread over the workers by itself. */
function groupTargets(names: readonly string[], { images = {} }: Project["config"]) {
  return [
    names.filter((name) => !Object.hasOwn(images, name)),
    names.filter((name) => Object.hasOwn(images, name)),
  ];
}

/** That of this machine, if a worker has it, else that of a worker. Without workers nothing is known of an engine. */
function chooseEngine(workers: readonly Presence[]): EngineDescription {
  const own = machinePlatform();
  const found = workers.find(({ platform }) => platform === own) ?? workers[0];
  return found?.engine ?? { ...unknownEngine(own), version };
}
