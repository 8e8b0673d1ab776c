// The images of a store that `sti cache prune` removes. Pure.
import { LABEL, type StoredImage } from "@sti/core";

export interface PruneLimits {
  /** Milliseconds; younger ones stay. Left out: age does not matter. */
  readonly olderThan?: number;
  /** Number of the newest ones of each target that stay in any case. Left out: none. */
  readonly keepLast?: number;
}

/**
 * Only images that can be read, name their time, and have names of sti alone. `now`: milliseconds since 1970. Results and
 * dependency layers of an app are counted apart.
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
