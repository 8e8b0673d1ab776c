// Differences of a lock from its config's needs and an engine's images, without asking any registry. Pure.
import type { TargetGraph } from "../graph/target-graph.ts";
import { checkLock } from "./check-lock.ts";
import type { Facts } from "./facts.ts";
import { describePresent, type Lock, type LockedImage, listExternalImages } from "./lock.ts";

export interface LockChange {
  /** Normal form. */
  readonly reference: string;
  readonly image: string;
  /** `drifted`: the entry is kept, but the engine has another image or none that could be had. */
  readonly kind: "added" | "moved" | "removed" | "unchanged" | "drifted";
  readonly before: LockedImage | undefined;
  /** Undefined for removed entries, and as long as it is not known. */
  readonly after: LockedImage | undefined;
  /** The engine's image in place of one that drifted; undefined when it has none. */
  readonly present?: Pick<LockedImage, "digest" | "id"> | undefined;
}

/** `graph`: of the whole config. One change for each external image and each entry, in the order of their names. */
export function previewLock(
  graph: TargetGraph,
  known: { readonly facts: Facts; readonly lock: Lock | undefined },
): readonly LockChange[] {
  const { facts, lock = new Map() } = known;
  const used = new Set(listExternalImages(graph).map(({ reference }) => reference));
  const changes = checkLock(graph, { facts, lock }).map(({ image, locked, present, state }): LockChange => {
    const { reference, short } = image;
    const change = { reference, image: short, before: locked, after: locked };
    if (locked === undefined) return { ...change, kind: "added" };
    if (state !== "drifted" && state !== "lost") return { ...change, kind: "unchanged" };
    return { ...change, kind: "drifted", present: present && describePresent(reference, present) };
  });
  const unused = [...lock].filter(([reference]) => !used.has(reference));
  return [
    ...changes,
    ...unused.map(([reference, before]): LockChange => {
      return { reference, image: before.short, kind: "removed", before, after: undefined };
    }),
  ].sort((one, other) => (one.image < other.image ? -1 : 1));
}
