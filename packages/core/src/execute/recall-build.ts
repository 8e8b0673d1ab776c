// Reads the part of the build history that the next build of a target needs, and no more.
import type { Target } from "../definition/target.ts";
import { type KeyRecord, NO_PAST, type Past, type TargetRecord } from "../plan/build-record.ts";
import { presentKey } from "../plan/decide-target.ts";
import type { Facts } from "../plan/facts.ts";
import { findBuild, previousTag } from "../plan/incremental.ts";
import { KEY_SCHEMA } from "../plan/key.ts";
import type { Records } from "./records.ts";

/** For a target that is to be built, or of which nobody knows yet. */
export async function recallBuild(
  records: Records,
  target: Target,
  known: {
    readonly facts: Facts;
    /** Id of another target's image now; undefined where that is not known, or its record is not wanted. */
    readonly imageIdOf: (target: string) => string | undefined;
    /** Key of the build to compare with; left out: that of the image with the tag, else the last one. */
    readonly key?: string | undefined;
  },
): Promise<Past> {
  const { facts } = known;
  const record = await records.readTarget(target.name);
  const key = known.key ?? presentKey(target, facts) ?? record?.builds[0]?.key;
  const previous = key === undefined ? undefined : await records.readKey(key);
  if (record === undefined && previous === undefined) return NO_PAST;
  const artifacts = target.kind === "app" ? facts.images.get(previousTag(target).full) : undefined;
  const digests = [
    previous?.preimage.source,
    artifacts === undefined ? undefined : findBuild(record, artifacts.id)?.source,
  ].filter((digest) => digest !== undefined);
  const sources = await Promise.all(
    [...new Set(digests)].map(async (digest) => {
      const files = await records.readSource(digest);
      return files === undefined ? [] : [[digest, files] as const];
    }),
  );
  const others = await Promise.all(
    namesOfMoved(previous, known.imageIdOf).map(async (name) => {
      const other = await records.readTarget(name);
      return other === undefined ? [] : [[name, other] as readonly [string, TargetRecord]];
    }),
  );
  return { record, previous, sources: new Map(sources.flat()), others: new Map(others.flat()) };
}

/** Targets whose images are not those of the earlier build. */
function namesOfMoved(
  previous: KeyRecord | undefined,
  imageIdOf: (target: string) => string | undefined,
): readonly string[] {
  // Of keys that were made in another way only that is known.
  if (previous?.preimage.schema !== KEY_SCHEMA) return [];
  const { dependencies, images } = previous.preimage;
  const needed = [
    ...images.filter((image) => image.isTarget).map(({ id, name }) => ({ id, name })),
    ...dependencies.map(({ id, target }) => ({ id, name: target })),
  ];
  const moved = needed.filter(({ id, name }) => {
    const now = imageIdOf(name);
    return now !== undefined && now !== id;
  });
  return [...new Set(moved.map(({ name }) => name))];
}
