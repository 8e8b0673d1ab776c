// Builds the target of a task in the engine of this machine, by the code that builds any target, and adds its result to the store.
import { createLocalExecutor } from "../execute/local-executor.ts";
import type { Session } from "../execute/session.ts";
import type { StoredResult, StoreUse } from "../execute/store-use.ts";
import { reportedOf } from "../execute/target-result.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import type { Facts } from "../plan/facts.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import type { Lock } from "../plan/lock.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { StoreLookup } from "../store/result-store.ts";
import type { BuildTask } from "./build-task.ts";
import type { TaskEnd } from "./task-end.ts";

/** The session of a worker for one task. */
export interface TaskSession
  extends Pick<
    Session,
    | "attest"
    | "clock"
    | "emit"
    | "engine"
    | "id"
    | "ledger"
    | "leftovers"
    | "records"
    | "secrets"
    | "signal"
    | "sources"
    | "toolVersion"
  > {
  readonly store: StoreUse;
  /** The engine, and the source of the task as it was unpacked here. Asked for once. */
  readonly prepare: () => Promise<TaskInputs>;
  /** The build has ended; what it made is still on its way to the store. */
  readonly onBuilt: () => void;
}

export interface TaskInputs {
  readonly facts: Facts;
  readonly snapshot: SourceSnapshot;
}

/** The task cannot be ended here and now, but perhaps later, or by another worker. */
export class TaskInterruptedError extends Error {
  /** Whether the engine of this machine is the reason. */
  readonly isOfEngine: boolean;
  constructor(message: string, { isOfEngine }: { readonly isOfEngine: boolean }) {
    super(message);
    this.name = "TaskInterruptedError";
    this.isOfEngine = isOfEngine;
  }
}

/** Rejects with TaskInterruptedError, or with the signal's reason. */
export async function runTask(
  task: BuildTask,
  given: TaskSession,
): Promise<Omit<Extract<TaskEnd, { kind: "ended" }>, "worker">> {
  const { signal, store: use } = given;
  const { name } = task.node.target;
  const [results, inputs] = await Promise.all([findDependencies(task, given), given.prepare()]);
  const session = sessionOf(task, given, inputs);
  const executor = createLocalExecutor(session, { signal, results, keepsFound: true });
  const started = given.clock.now();
  const result = await executor.build(task.node, { causesOf: () => undefined });
  given.onBuilt();
  const reported = reportedOf(result);
  const at = given.clock.now();
  const event = { type: "target-finished", at, target: name, duration: at - started, ...reported } as const;
  const [defect] = await executor.end(new Map([[name, event]]));
  signal.throwIfAborted();
  if (defect?.code === "bug") throw new Error(defect.message);
  const { failure, outcome } = reported;
  if (failure?.code === "engine-lost") throw new TaskInterruptedError(failure.message, { isOfEngine: true });
  if (failure !== undefined && PASSING.has(failure.code)) {
    throw new TaskInterruptedError(reported.reason ?? failure.code, { isOfEngine: false });
  }
  const isMade = outcome === "built" || outcome === "up-to-date" || outcome === "restored";
  if (isMade && result.inputs?.decision.key !== task.key) {
    const message = `its inputs are others here: its key is ${result.inputs?.decision.key}, the task has ${task.key}`;
    throw new TaskInterruptedError(message, { isOfEngine: false });
  }
  if (isMade && !(await isStored(task.key, use, signal))) {
    throw new TaskInterruptedError(`its result is not in the store ${use.store.repository}`, {
      isOfEngine: false,
    });
  }
  return { kind: "ended", result: reported };
}

/** Failures of the moment. Those of the target itself are its end. */
const PASSING: ReadonlySet<string> = new Set([
  "container-removed",
  "dependency-layer-removed",
  "engine-error",
  "pull-failed",
  "result-missing",
  "result-unexpected",
  "source-changed",
]);

function sessionOf(task: BuildTask, given: TaskSession, { facts, snapshot }: TaskInputs): Session {
  const { onBuilt: _onBuilt, prepare: _prepare, ...rest } = given;
  const { name } = task.node.target;
  const nodes = [...task.dependencies.map(({ node }) => node), task.node];
  const graph: TargetGraph = { nodes: new Map(nodes.map((node) => [node.target.name, node])), edges: [] };
  const lock: Lock = new Map(task.locked);
  return {
    ...rest,
    facts,
    graph,
    lock,
    targetNames: [name],
    snapshots: new Map([[name, { ...snapshot, ...task.source.facts }]]),
    dockerfiles: new Map(task.dockerfile === undefined ? [] : [[name, task.dockerfile]]),
    flags: task.flags,
    concurrency: 1,
    onFailure: "continue",
  };
}

/** Dependencies as the store has them, which must be the images that the task names. */
async function findDependencies(
  { dependencies }: BuildTask,
  { signal, store: { store } }: TaskSession,
): Promise<ReadonlyMap<string, StoredResult>> {
  const found = dependencies.map(async ({ digest, key, node: { target } }) => {
    const isExtended = target.kind === "app" && target.buildTag !== undefined;
    const names = isExtended ? (["result", "build"] as const) : (["result"] as const);
    const lookups = await store.find(
      names.map((stage) => ({ key, stage })),
      { signal },
    );
    const images = lookups.map((lookup) => (lookup.kind === "found" ? lookup.image : undefined));
    const [result, build] = images;
    if (result === undefined || images.includes(undefined)) {
      const problem = lookups.map(problemOf).find((one) => one !== undefined) ?? "there is none";
      const message = `the store ${store.repository} has no result of ${target.name} with the key ${key}: ${problem}`;
      throw new TaskInterruptedError(message, { isOfEngine: false });
    }
    if (result.referenceDigest !== digest) {
      const message = `the result of ${target.name} in the store is ${result.referenceDigest}, the task has ${digest}`;
      throw new TaskInterruptedError(message, { isOfEngine: false });
    }
    return [target.name, { key, identity: imageIdentity(result), result, build }] as const;
  });
  return new Map(await Promise.all(found));
}

/** Undefined for one that is found, or missing. */
function problemOf(lookup: StoreLookup): string | undefined {
  if (lookup.kind === "unfit") return lookup.problem;
  return lookup.kind === "failed" ? lookup.error.message : undefined;
}

async function isStored(key: string, { store }: StoreUse, signal: AbortSignal): Promise<boolean> {
  try {
    return await store.has({ key, stage: "result" }, { signal });
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return false;
  }
}
