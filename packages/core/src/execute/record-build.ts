// The record of one target at the end: the build that made its image, or the image that was found.
import type { TargetNode } from "../graph/target-graph.ts";
import type { ImageStage } from "../plan/step.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { DecidedBuild, Known } from "./plan-build.ts";
import type { Session } from "./session.ts";
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

/** An image that another checkout made, or one whose record was lost: its inputs are known all the same. */
export async function recordFound(
  { target }: TargetNode,
  found: {
    readonly decision: Extract<DecidedBuild, { kind: "up-to-date" }>;
    readonly snapshot: SourceSnapshot;
  },
  { memory, session }: { readonly memory: SessionMemory; readonly session: Session },
): Promise<void> {
  const { decision, snapshot } = found;
  const { imageId, key, preimage } = decision;
  if (await memory.knows(key)) return;
  const buildTag = target.kind === "app" ? target.buildTag : undefined;
  const buildStage = buildTag === undefined ? undefined : session.facts.images.get(buildTag.full)?.id;
  const images = buildStage === undefined ? [imageId] : [buildStage, imageId];
  await memory.record({
    target: target.name,
    build: { key, causes: [], images, isMadeHere: false, source: snapshot.digest, tag: target.tag.short },
    preimage,
    snapshot,
  });
}
