// The images of a store that `sti cache prune` removes. Pure.
import { LABEL, type StoredImage } from "@sti/core";

export interface PruneLimits {
  /** Milliseconds; younger ones stay. Left out: age does not matter. */
  readonly olderThan?: number;
  /** Number of the newest ones of each target that stay in any case. Left out: none. */
  readonly keepLast?: number;
}

/** Registries are younger: an earlier time is that of a tool that writes none. */
const FIRST_REGISTRY = Date.UTC(2013, 0);
/** Milliseconds by which clocks may differ. */
const SKEW = 3_600_000;

/**
 * Why the age of an image is not known, undefined if it is. The time of an image is that of the engine that built it, whose
 * clock may be wrong. `now`: milliseconds since 1970.
 */
export function judgeTime({ lookup }: StoredImage, now: number): string | undefined {
  if (lookup.kind !== "found") return undefined;
  const { created } = lookup.image;
  if (created === undefined) return "it names no time";
  if (created < FIRST_REGISTRY) return "its time is before that of registries";
  return created > now + SKEW ? "its time is in the future" : undefined;
}

/**
 * Only images that can be read, have a time that can be true, and have names of sti alone. `now`: milliseconds since
 * 1970. Results and dependency layers of an app are counted apart.
 */
export function chooseOutdated(
  listed: readonly StoredImage[],
  { keepLast = 0, olderThan = 0 }: PruneLimits,
  now: number,
): readonly StoredImage[] {
  const known = listed.flatMap((image) => {
    const { foreignTags, lookup } = image;
    const created = lookup.kind === "found" ? lookup.image.created : undefined;
    if (lookup.kind !== "found" || created === undefined || foreignTags.length > 0) return [];
    if (judgeTime(image, now) !== undefined) return [];
    const { [LABEL.kind]: kind, [LABEL.stage]: stage, [LABEL.target]: target } = lookup.image.config.labels;
    return [{ image, created, place: JSON.stringify([target, kind, stage]) }];
  });
  const byPlace = Map.groupBy(known, ({ place }) => place);
  return [...byPlace.values()].flatMap((images) =>
    images
      .sort((one, other) => other.created - one.created)
      .slice(keepLast)
      .filter(({ created }) => now - created >= olderThan)
      .map(({ image }) => image),
  );
}
