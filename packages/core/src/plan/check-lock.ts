// Compares an engine's images with sti.lock; returns the failures of --frozen, and the warnings without it. Pure.
import type { ImageSummary } from "../engine/image.ts";
import type { Failure } from "../failure/failure.ts";
import type { NeededImage, TargetGraph } from "../graph/target-graph.ts";
import { decideImage } from "./decide-image.ts";
import type { Facts } from "./facts.ts";
import {
  describePresent,
  isLockedImage,
  type Lock,
  type LockEntry,
  type LockedImage,
  listExternalImages,
} from "./lock.ts";

/** The state of an external image relative to its entry. */
export type LockState =
  /** The engine has the locked image under its name. */
  | "locked"
  /** The engine does not, and gets it by its digest before it is used. */
  | "fetched"
  /** The engine has another image under its name. */
  | "drifted"
  /** The engine has no such image, and the entry has only an id: no registry can be asked for it. */
  | "lost"
  /** There is no entry. */
  | "unlocked";

export interface LockFinding {
  readonly image: NeededImage;
  readonly state: LockState;
  readonly locked: LockEntry | undefined;
  /** The engine's image under this name. */
  readonly present: ImageSummary | undefined;
}

/** One finding for each external image of the graph. */
export function checkLock(
  graph: TargetGraph,
  known: { readonly facts: Facts; readonly lock: Lock },
): readonly LockFinding[] {
  return listExternalImages(graph).map((image) => {
    const present = known.facts.images.get(image.reference);
    const locked = known.lock.get(image.reference);
    const state = locked === undefined ? "unlocked" : compare(image, { locked, present, graph, ...known });
    return { image, state, locked, present };
  });
}

function compare(
  image: NeededImage,
  known: {
    readonly locked: LockedImage;
    readonly present: ImageSummary | undefined;
    readonly graph: TargetGraph;
    readonly facts: Facts;
    readonly lock: Lock;
  },
): LockState {
  const { facts, graph, lock, locked, present } = known;
  if (present !== undefined && isLockedImage(present, locked)) return "locked";
  if (locked.digest === undefined) return present === undefined ? "lost" : "drifted";
  if (present === undefined) return "fetched";
  // The first target that needs the image decides for the session, so all have to want it replaced.
  const isReplaced = [...graph.nodes.values()]
    .filter((node) => node.images.some(({ reference }) => reference === image.reference))
    .every(({ target }) => decideImage(image, target.pull, { facts, lock }).kind !== "present");
  return isReplaced ? "fetched" : "drifted";
}

/** The failures of --frozen, all at once. */
export function refuseDrift(findings: readonly LockFinding[]): readonly Failure[] {
  return findings.flatMap(({ image, state, locked, present }): Failure[] => {
    if (locked === undefined) return [{ code: "lock-incomplete", image: image.short, path: image.path }];
    if (state !== "drifted" && state !== "lost") return [];
    return [
      {
        code: "lock-drift",
        image: image.short,
        location: locked.location,
        locked: { digest: locked.digest, id: locked.id, platform: locked.platform },
        present: present && describePresent(image.reference, present),
      },
    ];
  });
}

/** The warnings without --frozen, a sentence for each image. */
export function warnOfDrift(findings: readonly LockFinding[]): readonly string[] {
  return findings.flatMap(({ image, state, locked, present }) => {
    if (locked === undefined || (state !== "drifted" && state !== "lost")) return [];
    return [describeDrift(image.short, locked, present && describePresent(image.reference, present))];
  });
}

/** A sentence about an image that is not the locked one. `present`: the engine's image under its name. */
export function describeDrift(
  image: string,
  locked: LockedImage,
  present: Pick<LockedImage, "digest" | "id"> | undefined,
): string {
  if (present === undefined) return `${image} not found in the engine, and sti.lock has no digest to pull it`;
  const [was, is] = shortPair(locked, present);
  return `${image} is ${is} here, but ${was} in sti.lock`;
}

/** Two images in short words that differ: by digest where both have one, else by id. */
export function shortPair(
  one: Pick<LockedImage, "digest" | "id">,
  other: Pick<LockedImage, "digest" | "id">,
): readonly [string, string] {
  const byDigest = one.digest !== undefined && other.digest !== undefined && one.digest !== other.digest;
  return byDigest
    ? [shortHash(one.digest), shortHash(other.digest)]
    : [shortHash(one.id), shortHash(other.id)];
}

/** Long enough to distinguish images. */
export function shortHash(hash: string): string {
  return hash.replace(/^sha256:/, "").slice(0, 12);
}
