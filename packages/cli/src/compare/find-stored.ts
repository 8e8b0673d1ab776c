// Results in the shared store by the names that sti compare and promote take: `store://TARGET`, the result of a target as
// it is now, and `store://KEY`, any result by its key or the start of it.
import {
  createStoreTrust,
  decideTargets,
  type Engine,
  type Facts,
  type Failure,
  LABEL,
  RegistryError,
  type RegistryImage,
  type ResultStore,
  type StoreUse,
} from "@sti/core";
import { createRecords, matchPaths } from "@sti/source";
import { askStore } from "../engine/ask-store.ts";
import { type OpenStore, openStore } from "../engine/open-store.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectFlags } from "../process/flags.ts";
import { loadGraph, loadProject, type Project } from "../project/load-project.ts";
import { planFlags } from "../project/plan-flags.ts";
import { readProjectLock } from "../project/project-lock.ts";
import { projectOptions } from "../project/project-options.ts";
import { readEngineAnswers } from "../session/engine-answers.ts";

/** Shorter starts of a key could be words. */
const KEY = /^[0-9a-f]{12,64}$/;

export type FoundStored =
  | { readonly image: RegistryImage }
  | { readonly failures: readonly Failure[] }
  /** In one sentence. */
  | { readonly problem: string };

export interface FindStoredOptions {
  /** The command that reads the config. */
  readonly command: string;
  readonly options: ProjectFlags;
  readonly engine: Engine;
  readonly facts: Facts;
  readonly context: CommandContext;
}

/** `name`: from readStoredName, or a target. */
export async function findStored(name: string, asking: FindStoredOptions): Promise<FoundStored> {
  const { command, context, facts, options } = asking;
  const given = { ...projectOptions(command, options, context), method: undefined };
  const loaded = await loadGraph({ ...given, targets: [] });
  if (!loaded.ok) return { failures: loaded.failures };
  const { graph } = loaded.value;
  const opened = await openStore(loaded.value, { cacheWrite: false }, { context, engine: facts.engine });
  if (!opened.ok) return { failures: loaded.value.place(opened.failures) };
  const { value: shared } = opened;
  if (shared === undefined) return { problem: "the config has no store that is read (cache)" };
  try {
    if (!graph.nodes.has(name)) {
      if (KEY.test(name)) return await findByKey(shared.use, name, context);
      return { problem: `${name} is neither a target nor the start of a key (12 digits or more)` };
    }
    const project = await loadProject({ ...given, targets: [name] });
    if (!project.ok) return { failures: project.failures };
    return await findByTarget(name, project.value, { ...asking, opened: shared });
  } finally {
    await shared.close();
  }
}

async function findByTarget(
  name: string,
  project: Project,
  { context, engine, facts, opened }: FindStoredOptions & { readonly opened: OpenStore },
): Promise<FoundStored> {
  const { env, signal } = context;
  const locked = await readProjectLock(project.directory, { frozen: false, env });
  if (!locked.ok) return { failures: locked.failures };
  const { lock } = locked.value;
  const records = createRecords(project.folders.memory);
  const answers = await readEngineAnswers(engine, { ...project, facts, lock, records, signal });
  const inputs = { ...project, ...answers, lock, flags: planFlags({}, env), matchPaths };
  const store = await askStore(opened.use, inputs, context);
  const decided = decideTargets({ ...inputs, shared: store.shared, pasts: new Map() }).get(name);
  const { repository } = opened.use.store;
  if (decided === undefined || decided.decision.kind === "open")
    return {
      problem: `${name} has no result in ${repository}: ${decided?.decision.reason ?? "not selected"}`,
    };
  const { key } = decided.decision;
  const stored = await store.find(decided.node.target, key);
  return stored === undefined
    ? { problem: `${name} has no result in ${repository} as it is now (key ${key.slice(0, 12)})` }
    : { image: stored.result };
}

async function findByKey(
  { signatures, store }: Pick<StoreUse, "signatures" | "store">,
  start: string,
  { signal }: Pick<CommandContext, "signal">,
): Promise<FoundStored> {
  try {
    const whole =
      start.length === 64 ? await findWhole(store, start, signal) : await list(store, start, signal);
    const [image, ...others] = whole;
    if (image === undefined) return { problem: `${store.repository} has no result with key ${start}` };
    if (others.length > 0) return { problem: `several results in ${store.repository} have a key ${start}…` };
    const key = image.config.labels[LABEL.key] ?? "";
    const trust = createStoreTrust({ signatures, store }, () => {});
    const ask: Parameters<typeof trust.isTrusted>[2] = async (work) => await work(signal);
    // The list goes by names, which anybody who may write can move.
    const isNamed = signatures?.isSigned === undefined || key.startsWith(start);
    const isTrusted = isNamed && (await trust.isTrusted({ key, stage: "result" }, image, ask));
    return isTrusted ? { image } : { problem: `the result ${start} has no valid signature (cache.verify)` };
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    return { problem: `${store.repository}: ${error.message}` };
  }
}

async function findWhole(
  store: ResultStore,
  key: string,
  signal: AbortSignal,
): Promise<readonly RegistryImage[]> {
  const [lookup] = await store.find([{ key, stage: "result" }], { signal });
  if (lookup?.kind === "failed") throw lookup.error;
  return lookup?.kind === "found" ? [lookup.image] : [];
}

async function list(
  store: ResultStore,
  start: string,
  signal: AbortSignal,
): Promise<readonly RegistryImage[]> {
  const listed = await store.list({ signal });
  return listed.flatMap(({ lookup, names }) => {
    const isNamed = names.some(({ key, stage }) => stage === "result" && key.startsWith(start));
    return isNamed && lookup.kind === "found" ? [lookup.image] : [];
  });
}
