// The machine of a worker: its engine, its own secrets and records, and the stores of tasks.
import { createHash } from "node:crypto";
import {
  type EngineDescription,
  formatSessionId,
  parseSize,
  type RegistryAccess,
  type ResultSignatures,
  type SessionEvent,
  type SessionOwner,
  type StoreUse,
  success,
  surveyEngine,
  sweepLeftovers,
} from "@sti/core";
import { type BuildTask, runTask } from "@sti/core/remote";
import type { TargetEvent, WorkerHost } from "@sti/queue";
import { createRecords, readPackedSource } from "@sti/source";
import type { Connection } from "../engine/connect-engine.ts";
import { connectStore } from "../engine/open-store.ts";
import { resultBuilder } from "../engine/result-builder.ts";
import { createSessionSources } from "../engine/session-sources.ts";
import type { CommandContext } from "../process/command-context.ts";
import { currentOwner } from "../process/session-owner.ts";
import { version } from "../process/version.ts";
import { cacheFolder } from "../project/cache-folder.ts";
import { taskFolders } from "./task-folders.ts";

export interface WorkerHostOptions {
  readonly connection: Connection;
  readonly context: CommandContext;
  /** Of results that this worker takes and adds. */
  readonly signatures: ResultSignatures | undefined;
  /** The only values that tasks get, by name. */
  readonly secrets: ReadonlyMap<string, Uint8Array>;
}

/** Milliseconds for the engine's answer to a look. */
const ENGINE_LIMIT = 3000;
/** Milliseconds for the removal of what builds left. */
const SWEEP_LIMIT = 30_000;
/** Largest previous image that is worth its pull. */
const PREVIOUS = "500MB";

type OpenedStore = Awaited<ReturnType<typeof connectStore>>;

/** Removes what workers of this user left that were killed. */
export async function createWorkerHost(
  options: WorkerHostOptions,
): Promise<WorkerHost & { close(): Promise<void> }> {
  const { connection, context } = options;
  const { engine } = connection;
  const folders = taskFolders(context.env);
  await folders.sweep();
  const stores = new Map<string, Promise<OpenedStore>>();
  const storeOf = ({ platform, store }: BuildTask): Promise<OpenedStore> => {
    const settings = { image: store.repository, insecure: store.insecure };
    const name = JSON.stringify(settings);
    const opening = stores.get(name) ?? openStore(settings, context.env, platform);
    stores.set(name, opening);
    return opening;
  };
  /** Sessions that ended with an error: the engine may not have heard of it. */
  const broken = new Set<string>();
  return {
    sweep: async () => {
      const ended = new Set(broken);
      const hasEnded = (owner: SessionOwner) => ended.has(formatSessionId(owner));
      await sweepLeftovers(engine, hasEnded, { signal: AbortSignal.timeout(SWEEP_LIMIT) });
      for (const session of ended) broken.delete(session);
    },
    describeEngine: async (): Promise<EngineDescription> =>
      await engine.describe({ signal: AbortSignal.timeout(ENGINE_LIMIT) }),
    makeFolder: folders.make,
    openArtifacts: async (task) => ({ artifacts: (await storeOf(task)).artifacts, close: async () => {} }),
    readSource: readPackedSource,
    readSecrets: ({ node: { target } }) => {
      const names = Object.keys(target.secrets);
      const missing = names.filter((name) => !options.secrets.has(name));
      if (missing.length > 0)
        return { problem: `needs secrets that this worker lacks: ${missing.join(", ")}` };
      return { values: new Map([...options.secrets].filter(([name]) => names.includes(name))) };
    },
    build: async (task, { emit, onBuilt, secrets, signal, snapshot }) => {
      const { registry, store } = await storeOf(task);
      const { name } = task.node.target;
      const use: StoreUse = {
        store,
        registry,
        reads: true,
        writes: true,
        signatures: options.signatures,
        builder: resultBuilder(context.env),
        load: "needed",
        branches: async () => ({ own: undefined, others: [] }),
        largestPrevious: parseSize(PREVIOUS),
      };
      const id = formatSessionId(currentOwner());
      const running = runTask(task, {
        id,
        engine,
        ledger: () => connection.ledger,
        leftovers: context.ending.leftovers,
        records: createRecords(recordsOf(task, context.env)),
        secrets: new Map([[name, secrets]]),
        signal,
        prepare: async () => {
          const [facts, read] = await Promise.all([surveyEngine(engine, { signal }), snapshot]);
          return { facts, snapshot: read };
        },
        sources: { ...createSessionSources(context.env), readAgain: async () => success(await snapshot) },
        store: use,
        attest: undefined,
        toolVersion: version,
        clock: { now: Date.now },
        emit: (event) => emit(withoutPlace(event)),
        onBuilt,
      });
      running.catch(() => broken.add(id));
      return (await running).result;
    },
    close: async () => {
      for (const opening of stores.values()) await (await opening).close();
    },
  };
}

/** Each task has a session of its own, which tries what is allowed: once is enough. */
async function openStore(...given: Parameters<typeof connectStore>): Promise<OpenedStore> {
  const opened = await connectStore(...given);
  const { store } = opened;
  let allowed: RegistryAccess | undefined;
  const tryAccess: typeof store.tryAccess = async (options) => {
    if (allowed !== undefined) return allowed;
    const access = await store.tryAccess(options);
    if (access.write === "allowed") allowed = access;
    return access;
  };
  return { ...opened, store: { ...store, tryAccess } };
}

/** The coordinator adds the target, and the time of its own clock. */
function withoutPlace(event: SessionEvent): TargetEvent {
  if (event.type === "session-warning") return { type: "target-warning", message: event.message };
  const { at: _at, ...fields } = event;
  const { target: _target, ...rest } = fields as typeof fields & { readonly target?: string };
  return rest as TargetEvent;
}

/** Targets of different stores have nothing to do with each other. */
function recordsOf({ store }: BuildTask, env: CommandContext["env"]) {
  const hash = createHash("sha256").update(store.repository).digest("hex").slice(0, 16);
  return cacheFolder(env).folder("projects").folder(`worker-${hash}`);
}
