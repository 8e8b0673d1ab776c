// `sti clean`: removes what dead sessions left, and caches when asked. Containers that people started from built
// images have these images' labels; sessions' own are told by their names.
import {
  type DiskUsage,
  type Engine,
  EngineError,
  type Facts,
  type Failure,
  failureOfError,
  type ImageSummary,
  LABEL,
  parseOwner,
  SESSION_NAME_PREFIX,
  sweepLeftovers,
  sweepVariantTags,
} from "@sti/core";
import {
  type CleanItem,
  type CleanReport,
  itemOfCache,
  printCleanReport,
  toCleanDocument,
} from "../clean-report.ts";
import { connectEngine } from "../connect-engine.ts";
import { exitCodes } from "../exit-code.ts";
import { findCaches } from "../find-caches.ts";
import { formatJson } from "../render/format-json.ts";
import { isDeadOwner } from "../session-owner.ts";
import { type CommandContext, reportFailures } from "./command.ts";

export interface CleanOptions {
  readonly engine?: string;
  /** Remove caches as well. */
  readonly caches?: boolean;
  readonly dryRun?: boolean;
  readonly json?: boolean;
  /** Print failures only. */
  readonly quiet?: boolean;
}

interface Cleaning {
  readonly engine: Engine;
  readonly usage: DiskUsage;
  readonly dryRun: boolean;
  readonly removed: CleanItem[];
  readonly kept: (CleanItem & { readonly reason: string })[];
  readonly signal: AbortSignal;
}

/** Resolves to the exit code. */
export async function runClean(options: CleanOptions, context: CommandContext): Promise<number> {
  const { signal } = context;
  const connected = await connectEngine({ engine: options.engine, signal, sweep: false });
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
    await cleanVariants(cleaning, facts);
    await cleanImages(cleaning);
    if (options.caches === true) await cleanCaches(cleaning);
    complete = true;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const place = { target: { name: "sti clean", path: [] }, scriptOf: () => undefined, incremental: false };
    failures.push(failureOfError(error, place));
  } finally {
    // Also when it was stopped on the way: what is gone is gone.
    if (complete || report.removed.length > 0) print(report, options, context);
  }
  return failures.length > 0 ? reportFailures(failures, context) : exitCodes.done;
}

function print(report: CleanReport, options: CleanOptions, { stdout }: CommandContext): void {
  if (options.json === true) stdout.write(formatJson(toCleanDocument(report), 2));
  else if (options.quiet !== true) stdout.write(printCleanReport(report, Date.now()));
}

async function cleanLeftovers({ engine, usage, dryRun, removed, signal }: Cleaning): Promise<void> {
  // A dry run takes the same decisions, with hands that do nothing.
  const hands = dryRun
    ? { ...engine, removeContainer: async () => {}, removeVolume: async () => {} }
    : engine;
  const ids = new Map(
    (await engine.listContainers(SESSION_NAME_PREFIX, { signal })).map(({ name, id }) => [name, id]),
  );
  const swept = await sweepLeftovers(hands, isDeadOwner, { signal });
  const item = (kind: CleanItem["kind"], name: string, id: string, size: number | undefined): CleanItem => ({
    kind,
    name,
    id,
    size: size ?? null,
    lastUsed: null,
  });
  for (const name of swept.containers) {
    const id = ids.get(name) ?? name;
    removed.push(item("container", name, id, usage.containers.find((row) => row.id === id)?.size));
  }
  for (const name of swept.volumes) {
    removed.push(item("volume", name, name, usage.volumes.find((row) => row.name === name)?.size));
  }
}

/** Images of comparisons that were killed: they have temporary tags. */
async function cleanVariants({ engine, dryRun, removed, signal }: Cleaning, facts: Facts): Promise<void> {
  const hands = dryRun ? { ...engine, removeImage: async () => "removed" as const } : engine;
  for (const tag of await sweepVariantTags(hands, facts, isDeadOwner, { signal })) {
    const image = facts.images.get(tag);
    const item = {
      kind: "image" as const,
      name: tag,
      id: image?.id ?? tag,
      size: image?.size ?? null,
      lastUsed: null,
    };
    removed.push(item);
  }
}

/** Untagged images that a session made, and died before it could tag or remove them. */
async function cleanImages(cleaning: Cleaning): Promise<void> {
  const { engine, usage, dryRun, removed, kept, signal } = cleaning;
  const untagged = (await engine.listImages({ signal })).filter(isLeftOver);
  if (untagged.length === 0) return;
  const busy = await whyBusy(cleaning);
  const users = (await engine.listContainers("", { signal })).filter(({ name }) => !isOfDeadSession(name));
  for (const image of untagged) {
    const item: CleanItem = {
      kind: "image",
      name: `of ${image.labels[LABEL.target] ?? "an unknown target"}`,
      id: image.id,
      size: usage.images.find(({ id }) => id === image.id)?.size ?? null,
      lastUsed: null,
    };
    if (busy !== undefined) kept.push({ ...item, reason: busy });
    else if (users.some((container) => container.image === image.id)) kept.push({ ...item, reason: USED });
    else if (dryRun) removed.push(item);
    else {
      const outcome = await engine.removeImage(image.id, { signal });
      if (outcome === "removed") removed.push(item);
      else if (outcome === "in-use") kept.push({ ...item, reason: USED });
    }
  }
}

const USED = "a container or another image uses it";

/** An image that has a digest was pulled, or pushed: somebody may use it by that. */
function isLeftOver({ tags, digests, labels }: ImageSummary): boolean {
  return (
    tags.length === 0 &&
    digests.length === 0 &&
    labels[LABEL.managed] !== undefined &&
    labels[LABEL.key] !== undefined
  );
}

/** A session that is building may be about to tag one of the untagged images. */
async function whyBusy({ engine, usage, signal }: Cleaning): Promise<string | undefined> {
  const [containers, volumes] = await Promise.all([
    engine.listContainers(SESSION_NAME_PREFIX, { signal }),
    engine.listVolumes(LABEL.managed, { signal }),
  ]);
  const lives = ({ name }: { readonly name: string }) =>
    parseOwner(name) !== undefined && !isOfDeadSession(name);
  if ([...containers, ...volumes].some(lives)) return "another session may be about to use it";
  // A session that builds by the Dockerfile method has no container: only its build can be seen.
  if (usage.buildCache.some(({ inUse }) => inUse)) return "a build is going on that may be about to use it";
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

/** False when somebody has begun to use it since it was looked at. */
async function removeCache(
  engine: Engine,
  cache: { readonly store: "volume" | "build-cache"; readonly engineId: string },
  signal: AbortSignal,
): Promise<boolean> {
  if (cache.store === "build-cache") {
    return (await engine.removeBuildCache(cache.engineId, { signal })) === "removed";
  }
  try {
    await engine.removeVolume(cache.engineId, { signal });
    return true;
  } catch (error) {
    if (error instanceof EngineError && error.reason === "conflict") return false;
    throw error;
  }
}
