// The source caches of a session's engine: read before a build, given up after foreign changes, removed when nobody
// needs them any more.
import type { Target } from "../definition/target.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageFacts } from "../plan/facts.ts";
import { LABEL } from "../plan/labels.ts";
import {
  refusalOfEngine,
  refusalOfImage,
  type SourceCache,
  type SourceCacheFacts,
  type SourceCacheRecord,
} from "../plan/source-cache.ts";
import type { DeliveryProblem } from "./delivery-problem.ts";
import type { TargetFinished } from "./event.ts";
import { SOURCE_VOLUME_PREFIX } from "./fill-source-cache.ts";
import type { Records } from "./records.ts";
import type { Session } from "./session.ts";
import type { SessionMemory } from "./session-memory.ts";

/** The inputs of reading source caches. */
export interface CachingSession {
  readonly engine: Engine;
  readonly records: Records;
  /** Of the config; undefined: no sources are kept. */
  readonly sourceCaches?: { readonly project: string } | undefined;
  readonly flags: { readonly clean: boolean };
}

/** Undefined where the target's source is not kept, and in a clean build. */
export async function readSourceCache(
  target: Target,
  { engine, flags, sourceCaches, records }: CachingSession,
): Promise<SourceCacheFacts | undefined> {
  if (sourceCaches === undefined || flags.clean || target.kind !== "app" || target.method !== "container")
    return undefined;
  const { project } = sourceCaches;
  const record = await records.readSourceCache(sourceCacheName(project, target.name));
  const base = record?.kept === undefined ? undefined : await findBase(record.kept, { engine, records });
  return { project, base, refusedBy: record?.refusedBy };
}

async function findBase(
  kept: NonNullable<SourceCacheRecord["kept"]>,
  { engine, records }: Pick<CachingSession, "engine" | "records">,
): Promise<SourceCache | undefined> {
  const [details, files] = await Promise.all([
    engine.inspectVolume(kept.volume),
    records.readSource(kept.source),
  ]);
  return details === undefined || files === undefined
    ? undefined
    : { ...kept, folder: details.folder, files };
}

/**
 * The start of a build's next attempt, after this one could not use a source cache. If the second attempt fails, too,
 * everything is sent.
 */
export async function giveUpSourceCache(
  target: Target,
  {
    problem: { isFresh, kind },
    known,
  }: {
    readonly problem: DeliveryProblem;
    readonly known: {
      readonly sourceCache: SourceCacheFacts | undefined;
      readonly facts: readonly (ImageFacts | undefined)[];
    };
  },
  { memory, session }: { readonly memory: SessionMemory; readonly session: Session },
): Promise<SourceCacheFacts | undefined> {
  if (known.sourceCache === undefined) throw new Error("no source was kept");
  const { project } = known.sourceCache;
  const refusedBy =
    kind === "refused"
      ? refusalOfEngine(session.facts.engine)
      : kind === "unchecked"
        ? refusalOfImage(known.facts[0]?.details.id ?? "")
        : undefined;
  await memory.remember(target.name, () =>
    session.records.writeSourceCache(sourceCacheName(project, target.name), { kept: undefined, refusedBy }),
  );
  if (refusedBy !== undefined) return { project, base: undefined, refusedBy };
  return isFresh ? undefined : { project, base: undefined, refusedBy };
}

/** The name of a target's record: configs in one folder may have targets of one name. */
export function sourceCacheName(project: string, target: string): string {
  return `${project}-${target}`;
}

/**
 * Removes this project's outdated volumes when targets have ended: those of apps that its config does not have, those
 * that a newer one replaced, and those of a killed session. A volume that a container has mounted stays for now. Never
 * rejects.
 */
export async function tidySourceCaches(
  session: Session,
  ended: Iterable<Pick<TargetFinished, "outcome">>,
): Promise<void> {
  const { clock, emit, signal } = session;
  try {
    await pruneSourceCaches(
      session,
      [...ended].some(({ outcome }) => outcome === "built" || outcome === "failed"),
    );
  } catch (error) {
    if (signal.aborted) return;
    const message = `unneeded source caches remain in the engine: ${(error as Error).message}`;
    emit({ type: "session-warning", at: clock.now(), message });
  }
}

/** `touched`: whether any may have been kept, replaced or given up. */
async function pruneSourceCaches(
  {
    engine,
    sourceCaches,
    records,
    targetNames,
  }: Pick<Session, "engine" | "sourceCaches" | "records" | "targetNames">,
  touched: boolean,
): Promise<void> {
  if (sourceCaches === undefined) return;
  const { project } = sourceCaches;
  const own = (await records.listSourceCaches()).filter((name) => name.startsWith(`${project}-`));
  const wanted = new Set(targetNames.map((name) => sourceCacheName(project, name)));
  const gone = own.filter((name) => !wanted.has(name));
  if (gone.length === 0 && !(touched && own.length > 0)) return;
  await records.removeSourceCaches(gone);
  const kept = await Promise.all(
    own.filter((name) => wanted.has(name)).map((name) => records.readSourceCache(name)),
  );
  const names = new Set(kept.map((record) => record?.kept?.volume));
  const volumes = await engine.listVolumes(`${LABEL.project}=${project}`);
  await Promise.all(
    volumes
      .filter(({ name }) => name.startsWith(SOURCE_VOLUME_PREFIX) && !names.has(name))
      .map(({ name }) => removeUnused(engine, name)),
  );
}

async function removeUnused(engine: Engine, volume: string): Promise<void> {
  try {
    await engine.removeVolume(volume);
  } catch (error) {
    if (!(error instanceof EngineError && error.reason === "conflict")) throw error;
  }
}
