// `sti clean`: removes leftovers of dead sessions, and caches on request. Containers that people started from built
// images have these images' labels; sessions' own are recognized by their names.
import {
  type Engine,
  EngineError,
  type Facts,
  type Failure,
  failureOfError,
  findAbandoned,
  findUnusedLayers,
  hasProof,
  type ImageSummary,
  isBuilding,
  LABEL,
  parseOwner,
  removeUntagged,
  SESSION_NAME_PREFIX,
  type SessionOwner,
  shortenReference,
  sweepLeftovers,
  sweepVariantTags,
} from "@sti/core";
import { connectEngine } from "../engine/connect-engine.ts";
import { findCaches } from "../engine/find-caches.ts";
import {
  type CleanItem,
  type CleanReport,
  itemOfCache,
  printCleanReport,
  toCleanDocument,
} from "../print/clean-report.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { isDeadOwner, judgeOwner } from "../process/session-owner.ts";
import { formatJson } from "../render/format-json.ts";
import { type Cleaning, cleanNetworks, itemOf, keepData } from "./cleaning.ts";

export interface CleanOptions {
  readonly engine?: string;
  /** Remove caches as well. */
  readonly caches?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** Print failures only. */
  readonly quiet?: boolean;
}

/** Resolves to the exit code. */
export async function runClean(options: CleanOptions, context: CommandContext): Promise<number> {
  const { signal } = context;
  const connected = await connectEngine({ engine: options.engine, context, sweep: false });
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { engine, facts } = connected.value;
  const report: Pick<Cleaning, "dryRun" | "removed" | "kept"> = {
    dryRun: options.dryRun === true,
    removed: [],
    kept: [],
  };
  const failures: Failure[] = [];
  let complete = false;
  try {
    const cleaning: Cleaning = { engine, signal, ...report, usage: await engine.diskUsage({ signal }) };
    await cleanLeftovers(cleaning);
    await cleanNetworks(cleaning);
    await cleanAbandoned(cleaning, facts.engine?.now);
    await keepData(cleaning);
    await cleanVariants(cleaning, facts);
    await cleanImages(cleaning, facts.engine?.now);
    if (options.caches === true) await cleanCaches(cleaning);
    complete = true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const place = { target: { name: "sti clean", path: [] }, scriptOf: () => undefined, incremental: false };
    failures.push(failureOfError(error, place));
  } finally {
    // Also after an interruption: removed objects are gone.
    if (complete || report.removed.length > 0) print(report, facts, options, context);
  }
  return failures.length > 0 ? reportFailures(failures, context) : exitCodes.done;
}

function print(
  report: CleanReport,
  { engine }: Facts,
  { caches, json, quiet }: CleanOptions,
  { stdout }: CommandContext,
): void {
  if (json === true) stdout.write(formatJson(toCleanDocument(report), 2));
  else if (quiet !== true) {
    stdout.write(printCleanReport(report, Date.now()));
    if (caches === true && engine?.listsCaches === false) stdout.write(`${UNLISTED_CACHES}\n`);
  }
}

const UNLISTED_CACHES =
  "this engine does not list caches of builds: podman image prune --build-cache (Podman 5) removes all of them";

async function cleanLeftovers({ engine, usage, dryRun, removed, signal }: Cleaning): Promise<void> {
  // A dry run takes the same decisions, with hands that do nothing.
  const hands = dryRun
    ? {
        ...engine,
        removeContainer: async () => {},
        removeNetwork: async () => {},
        removeVolume: async () => {},
      }
    : engine;
  const ids = new Map(
    (await engine.listContainers(SESSION_NAME_PREFIX, { signal })).map(({ name, id }) => [name, id]),
  );
  const swept = await sweepLeftovers(hands, isDeadOwner, { signal });
  for (const name of swept.containers) {
    const id = ids.get(name) ?? name;
    const size = usage.containers.find((row) => row.id === id)?.size;
    removed.push(itemOf("container", { name, id, size }));
  }
  for (const name of swept.volumes) {
    const size = usage.volumes.find((row) => row.name === name)?.size;
    removed.push(itemOf("volume", { name, id: name, size }));
  }
  for (const name of swept.networks) removed.push(itemOf("network", { name, id: name, size: undefined }));
}

/** Leftovers of sessions whose process is not visible from here, once they are old. */
async function cleanAbandoned(cleaning: Cleaning, now: number | undefined): Promise<void> {
  const { engine, usage, dryRun, removed, kept, signal } = cleaning;
  const isUnknown = (owner: SessionOwner) => judgeOwner(owner) === "unknown";
  const containers = await engine.listContainers(SESSION_NAME_PREFIX, { signal });
  const { abandoned, left } = findAbandoned({ containers, volumes: usage.volumes }, { isUnknown, now });
  const ofContainer = ({ name, id }: { readonly name: string; readonly id: string }) =>
    itemOf("container", { name, id, size: usage.containers.find((row) => row.id === id)?.size });
  const ofVolume = ({ name, size }: { readonly name: string; readonly size: number | undefined }) =>
    itemOf("volume", { name, id: name, size });
  for (const container of abandoned.containers) {
    if (!dryRun) await engine.removeContainer(container.id, { signal });
    removed.push({ ...ofContainer(container), reason: ABANDONED });
  }
  for (const volume of abandoned.volumes) {
    if (dryRun || (await removeUnusedVolume(engine, volume.name, signal))) {
      removed.push({ ...ofVolume(volume), reason: ABANDONED });
    } else kept.push({ ...ofVolume(volume), reason: "a container has it mounted" });
  }
  const items = [...left.containers.map(ofContainer), ...left.volumes.map(ofVolume)];
  kept.push(...items.map((item) => ({ ...item, reason: MAY_LIVE })));
}

const ABANDONED = "of a session that cannot be seen from here; stopped and older than a day";
const MAY_LIVE =
  "its session cannot be seen from here and may be alive; sti clean removes it once all of the session is stopped and older than a day";

/** Images of comparisons that were killed: they have temporary tags. */
async function cleanVariants({ engine, dryRun, removed, signal }: Cleaning, facts: Facts): Promise<void> {
  const hands = dryRun ? { ...engine, removeImage: async () => "removed" as const } : engine;
  for (const tag of await sweepVariantTags(hands, facts, isDeadOwner, { signal })) {
    const image = facts.images.get(tag);
    const item = {
      kind: "image" as const,
      name: shortenReference(tag),
      id: image?.id ?? tag,
      size: image?.size ?? null,
      lastUsed: null,
    };
    removed.push(item);
  }
}

/**
 * Untagged images that a session made, and died before it could tag or remove them, and dependency layers that no image
 * is based on.
 */
async function cleanImages(cleaning: Cleaning, now: number | undefined): Promise<void> {
  const { engine, usage, dryRun, removed, kept, signal } = cleaning;
  const listed = await engine.listImages({ signal });
  const unused = findUnusedLayers(listed);
  const leftOver = [...(await findLeftOver(engine, listed, signal)), ...unused.keys()];
  if (leftOver.length === 0) return;
  const busy = await whyBusy(cleaning, now);
  const users = (await engine.listContainers("", { signal })).filter(({ name }) => !isOfDeadSession(name));
  for (const image of leftOver) {
    const layer = unused.get(image);
    const item: CleanItem = {
      kind: "image",
      name:
        layer === undefined
          ? `of ${image.labels[LABEL.target] ?? "an unknown target"}`
          : shortenReference(layer),
      id: image.id,
      size: usage.images.find(({ id }) => id === image.id)?.size ?? null,
      lastUsed: null,
    };
    if (busy !== undefined) kept.push({ ...item, reason: busy });
    else if (users.some((container) => container.image === image.id)) kept.push({ ...item, reason: USED });
    else if (dryRun) removed.push(item);
    else {
      const outcome =
        layer === undefined
          ? await removeUntagged(engine, image.id, { isOwn: async () => true, signal })
          : await engine.removeImage(layer, { signal });
      if (outcome === "removed") removed.push(item);
      else if (outcome === "in-use") kept.push({ ...item, reason: USED });
    }
  }
}

const USED = "a container or another image uses it";

/**
 * Untagged results of sti: images that somebody made from one have its labels, too. One that was pushed still has the
 * digest that it has there when its tag has moved on.
 */
async function findLeftOver(
  engine: Engine,
  listed: readonly ImageSummary[],
  signal: AbortSignal,
): Promise<readonly ImageSummary[]> {
  const untagged = listed.filter(({ tags }) => tags.length === 0);
  const isOwn = await Promise.all(untagged.map((image) => hasProof(engine, image, { signal })));
  return untagged.filter((_, index) => isOwn[index]);
}

/** A session that is building may be about to tag one of the untagged images. */
async function whyBusy(
  { engine, usage, signal }: Cleaning,
  now: number | undefined,
): Promise<string | undefined> {
  const [containers, volumes] = await Promise.all([
    engine.listContainers(SESSION_NAME_PREFIX, { signal }),
    engine.listVolumes(LABEL.managed, { signal }),
  ]);
  const lives = ({ name }: { readonly name: string }) =>
    parseOwner(name) !== undefined && !isOfDeadSession(name);
  if ([...containers, ...volumes].some(lives)) return "another session may be about to use it";
  // A session that builds by the Dockerfile method has no container: only its build can be seen.
  if (isBuilding(usage.buildCache, now)) return "a build is going on that may be about to use it";
  return undefined;
}

function isOfDeadSession(name: string): boolean {
  const owner = parseOwner(name);
  return owner !== undefined && isDeadOwner(owner);
}

async function cleanCaches({ engine, usage, dryRun, removed, kept, signal }: Cleaning): Promise<void> {
  for (const cache of findCaches(usage)) {
    const item = itemOfCache(cache);
    const user = cache.store === "volume" ? "a container has it mounted" : "a build is using it";
    if (cache.inUse) kept.push({ ...item, reason: user });
    else if (dryRun) removed.push(item);
    else if (await removeCache(engine, cache, signal)) removed.push(item);
    else kept.push({ ...item, reason: user });
  }
}

/** False if somebody has started to use it since it was inspected. */
async function removeCache(
  engine: Engine,
  cache: { readonly store: "volume" | "build-cache"; readonly engineId: string },
  signal: AbortSignal,
): Promise<boolean> {
  if (cache.store === "build-cache") {
    return (await engine.removeBuildCache(cache.engineId, { signal })) === "removed";
  }
  return await removeUnusedVolume(engine, cache.engineId, signal);
}

/** False when a container has it mounted. */
async function removeUnusedVolume(engine: Engine, name: string, signal: AbortSignal): Promise<boolean> {
  try {
    await engine.removeVolume(name, { signal });
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.reason === "conflict") return false;
    throw error;
  }
}
