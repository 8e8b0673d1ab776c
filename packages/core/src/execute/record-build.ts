// The record of one target at the end: the build that made its image, or the image that was found.
import type { TargetNode } from "../graph/target-graph.ts";
import type { ImageStage } from "../plan/step.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { DecidedBuild, Known } from "./plan-build.ts";
import type { SessionMemory } from "./session-memory.ts";

/** `images`: ids of those that were made. */
export async function recordBuild(
  { target }: TargetNode,
  made: { readonly known: Known; readonly images: ReadonlyMap<ImageStage, string> },
  memory: SessionMemory,
): Promise<void> {
  const { decision, snapshot } = made.known;
  const { causes, key, preimage } = decision;
  const patterns = made.known.layers.flatMap((one) => (one.kind === "layer" ? one.layer.patterns : []));
  const dependencies = patterns.length === 0 ? {} : { dependencies: [...new Set(patterns)] };
  const build = { key, causes, images: [...made.images.values()], ...dependencies, isMadeHere: true };
  await memory.record({
    target: target.name,
    build: { ...build, source: snapshot.digest, tag: target.tag.short },
    preimage,
    snapshot,
  });
}

/**
 * An image that another checkout or machine made, or one whose record was lost: its inputs are known all the same.
 * `images`: ids of those that the engine has.
 */
export async function recordFound(
  { target }: TargetNode,
  found: {
    readonly decision: Pick<DecidedBuild, "key" | "preimage">;
    readonly images: readonly string[];
    readonly snapshot: SourceSnapshot;
    /** Whether it came from the shared store. */
    readonly isRestored?: boolean;
  },
  memory: SessionMemory,
): Promise<void> {
  const { decision, images, isRestored = false, snapshot } = found;
  const { key, preimage } = decision;
  if (await memory.knows(key)) return;
  await memory.record({
    target: target.name,
    build: {
      key,
      causes: [],
      images,
      isMadeHere: false,
      ...(isRestored ? { isRestored } : {}),
      source: snapshot.digest,
      tag: target.tag.short,
    },
    preimage,
    snapshot,
  });
}
