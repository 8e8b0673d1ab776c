// Makes the lock that a config should have: keeps locked images, adds missing ones, drops unused ones. Asks the engine,
// and pulls where that is needed; writes no file.
import pLimit from "p-limit";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageDetails } from "../engine/image.ts";
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import type { NeededImage, TargetGraph, TargetNode } from "../graph/target-graph.ts";
import type { Facts } from "../plan/facts.ts";
import { type Lock, type LockedImage, listDigests, listExternalImages, nameByDigest } from "../plan/lock.ts";
import { type LockChange, previewLock } from "../plan/preview-lock.ts";
import { inspectWhole } from "./complete-pulls.ts";
import { failureOfError } from "./failure-of-error.ts";
import { ImageMissingError, PullError } from "./session-images.ts";

export interface LockWork {
  readonly engine: Engine;
  /** Of the whole config: entries that it does not use are removed. */
  readonly graph: TargetGraph;
  readonly facts: Facts;
  readonly lock: Lock | undefined;
  /** Whether an entry is to be made anew, by the normal form of its reference. */
  readonly isUpdated: (reference: string) => boolean;
  /** Called before an image is pulled. */
  readonly onPull: (image: string) => void;
  readonly signal: AbortSignal;
}

/** Number of images that are pulled at once; an engine pulls the layers of each at once, too. */
const PULLS = 4;

/** One change for each external image and each entry, in the order of their names; or all that went wrong. */
export async function updateLock(work: LockWork): Promise<Result<readonly LockChange[]>> {
  const images = new Map(listExternalImages(work.graph).map((image) => [image.reference, image]));
  const limit = pLimit(PULLS);
  const failures: Failure[] = [];
  const changes = await Promise.all(
    previewLock(work.graph, work).map(async (change): Promise<LockChange> => {
      const image = images.get(change.reference);
      const isWanted = change.kind === "added" || work.isUpdated(change.reference);
      if (image === undefined || !isWanted) return change;
      const { before, reference } = change;
      try {
        const after = await limit(() => resolveImage(image, before, work));
        const kind = before === undefined ? "added" : isSame(before, after) ? "unchanged" : "moved";
        return { reference, image: image.short, kind, before, after };
      } catch (error) {
        work.signal.throwIfAborted();
        failures.push(explain(error, image, work.graph));
        return change;
      }
    }),
  );
  return failures.length > 0 ? failed(failures) : success(changes);
}

async function resolveImage(
  image: NeededImage,
  before: LockedImage | undefined,
  work: LockWork,
): Promise<LockedImage> {
  const { engine, facts, signal } = work;
  const { reference, short } = image;
  const policies = new Set(listUsers(image, work.graph).map(({ target }) => target.pull));
  const present = facts.images.get(reference);
  // An image that was made on this machine, and is in no registry, is used as it is.
  const isNewer = present !== undefined && listDigests(reference, present).length > 0;
  const isPulled = present === undefined || policies.has("always") || (work.isUpdated(reference) && isNewer);
  const mayAsk = policies.has("always") || policies.has("missing");
  let digest: string | undefined;
  if (isPulled && mayAsk) {
    work.onPull(short);
    try {
      digest = await engine.pullImage(reference, { signal });
    } catch (error) {
      throw new PullError(image, error);
    }
  }
  const found = await inspectWhole(engine, reference, { signal });
  if (found === undefined) throw new ImageMissingError(image);
  digest ??= await chooseDigest(found, { ...work, reference, before, mayAsk });
  return describeImage(found, digest);
}

/**
 * An image can have several digests in one repository: the one under which it was locked counts, then one that the
 * registry knows. Podman gives an image that it pushed a digest of its own besides.
 */
async function chooseDigest(
  image: ImageDetails,
  {
    before,
    engine,
    mayAsk,
    reference,
    signal,
  }: Pick<LockWork, "engine" | "signal"> & {
    readonly reference: string;
    readonly before: LockedImage | undefined;
    /** Whether a registry may be contacted. */
    readonly mayAsk: boolean;
  },
): Promise<string | undefined> {
  const digests = listDigests(reference, image);
  const [first, ...others] = digests;
  if (before?.digest !== undefined && digests.includes(before.digest)) return before.digest;
  if (others.length === 0 || !mayAsk) return first;
  for (const digest of digests) {
    const name = nameByDigest(reference, describeImage(image, digest)) as string;
    try {
      await engine.pullImage(name, { signal });
      return digest;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      signal.throwIfAborted();
    }
  }
  return first;
}

function describeImage(image: ImageDetails, digest: string | undefined): LockedImage {
  return { digest, id: image.id, platform: `${image.os}/${image.architecture}` };
}

function isSame(one: LockedImage, other: LockedImage): boolean {
  return one.digest === other.digest && one.id === other.id && one.platform === other.platform;
}

function listUsers(image: NeededImage, graph: TargetGraph): readonly TargetNode[] {
  return [...graph.nodes.values()].filter((node) =>
    node.images.some(({ reference }) => reference === image.reference),
  );
}

function explain(error: unknown, image: NeededImage, graph: TargetGraph): Failure {
  const [user] = listUsers(image, graph);
  const target = { name: user?.target.name ?? image.short, path: image.path };
  return failureOfError(error, { target, incremental: false, scriptOf: () => undefined });
}
