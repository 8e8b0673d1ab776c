// Removes dependency layers that no image is based on any more: those that targets of this session have left behind, now
// or, where a session was killed, earlier. Layers of other apps, and of builds that failed, stay.
import { declaredName } from "../definition/declared-name.ts";
import type { Target } from "../definition/target.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageSummary } from "../engine/image.ts";
import { isLayer, keyOfLayerTag } from "../plan/dependency-layer.ts";
import { LABEL, layerKeys } from "../plan/labels.ts";
import { indexImages } from "../survey/survey-engine.ts";
import type { TargetFinished } from "./event.ts";
import type { Session } from "./session.ts";
import type { SessionLayers } from "./session-layers.ts";
import type { SessionLedger } from "./session-ledger.ts";

/** Asks the engine for nothing where nothing is outdated. Resolves to the errors. */
export async function removeOutdatedLayers(
  { engine, facts, graph }: Pick<Session, "engine" | "facts" | "graph">,
  session: {
    readonly layers: SessionLayers;
    readonly ledger: SessionLedger;
    readonly results: Iterable<TargetFinished>;
  },
): Promise<readonly EngineError[]> {
  const targets = [...session.results].flatMap(({ outcome, target }) => {
    const node = outcome === "built" || outcome === "up-to-date" ? graph.nodes.get(target) : undefined;
    return node === undefined ? [] : [{ target: node.target, isBuilt: outcome === "built" }];
  });
  const { layers, ledger } = session;
  const [used, removed] = [layers.used(), layers.removed()];
  const found = findOutdated(targets, facts.images).filter((tag) => !used.has(tag) && !removed.has(tag));
  const outdated = new Set([...layers.outdated(), ...found]);
  if (outdated.size === 0) return [];
  const { keys: spared } = await ledger.others();
  return await removeUnused(engine, outdated, { spared, layers });
}

/** Tags of layers that a target left behind, as the engine listed them before. */
function findOutdated(
  targets: readonly { readonly target: Target; readonly isBuilt: boolean }[],
  images: ReadonlyMap<string, ImageSummary>,
): readonly string[] {
  const layers = [...images].filter(([tag, image]) => keyOfLayerTag(tag) !== undefined && isLayer(image));
  if (layers.length === 0) return [];
  const names = new Set(targets.map(({ target }) => declaredName(target)));
  const replaced = new Set(targets.flatMap(({ isBuilt, target }) => (isBuilt ? keysOf(target, images) : [])));
  const needed = neededKeys([...images.values()]);
  return layers.flatMap(([tag, { labels }]) => {
    const key = labels[LABEL.key] ?? "";
    const isLeft = !needed.has(key) && names.has(labels[LABEL.target] ?? "");
    return isLeft || replaced.has(key) ? [tag] : [];
  });
}

/** Keys of the layers of a target's images before this session. */
function keysOf(target: Target, images: ReadonlyMap<string, ImageSummary>): readonly string[] {
  const tags = [target.tag, ...(target.kind === "app" ? [target.buildTag] : [])];
  return tags.flatMap((tag) => (tag === undefined ? [] : layerKeys(images.get(tag.full)?.labels ?? {})));
}

/** Dependency layers that no listed image is based on, with their tags in normal form. */
export function findUnusedLayers(listed: readonly ImageSummary[]): ReadonlyMap<ImageSummary, string> {
  const needed = neededKeys(listed);
  return new Map(
    [...indexImages(listed)].flatMap(([tag, image]) => {
      const isUnused = isLayer(image) && !needed.has(image.labels[LABEL.key] ?? "");
      return isUnused && keyOfLayerTag(tag) !== undefined ? [[image, tag] as const] : [];
    }),
  );
}

/** Keys of the layers that some image is based on. */
function neededKeys(images: Iterable<ImageSummary>): ReadonlySet<string> {
  return new Set([...images].flatMap(({ labels }) => layerKeys(labels)));
}

async function removeUnused(
  engine: Engine,
  tags: ReadonlySet<string>,
  { layers, spared }: { readonly spared: ReadonlySet<string>; readonly layers: SessionLayers },
): Promise<readonly EngineError[]> {
  try {
    for (const [{ labels }, tag] of findUnusedLayers(await engine.listImages())) {
      if (!tags.has(tag) || spared.has(labels[LABEL.key] ?? "")) continue;
      // A container, or a build that the engine goes on with, may use it: a later session removes it.
      if ((await engine.removeImage(tag)) !== "in-use") layers.noteRemoved(tag);
    }
    return [];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [error];
  }
}
