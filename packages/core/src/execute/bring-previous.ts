// The previous image of an incremental build that the engine has none for: the last result in the store.
import { pointerName } from "../definition/declared-name.ts";
import type { ImageSummary } from "../engine/image.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import { previousTag } from "../plan/incremental.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import { savesArtifacts } from "./new-result.ts";
import { decideReuseOf, flagsFor, type Known, type PlanningContext } from "./plan-build.ts";
import type { SessionStore } from "./session-store.ts";

export interface PreviousContext extends Pick<PlanningContext, "images" | "session"> {
  readonly store: SessionStore | undefined;
  /** Reports a pull while it runs. */
  readonly timed: (title: string, work: () => Promise<void>) => Promise<void>;
}

/** An image that has the tag of the previous one until the build has succeeded. */
export interface BroughtPrevious {
  readonly id: string;
  /** The full reference. */
  readonly tag: string;
}

export interface BroughtKnown {
  /** With the image among the facts where there is one. */
  readonly known: Known;
  readonly previous?: BroughtPrevious | undefined;
}

/** Rejects with errors other than those of the store. */
export async function bringPrevious(
  { target }: TargetNode,
  known: Known,
  context: PreviousContext,
): Promise<BroughtKnown> {
  const { images, session, store, timed } = context;
  if (store === undefined || target.kind !== "app" || target.incremental === false) return { known };
  if (flagsFor(session, target.name).clean || !savesArtifacts(known)) return { known };
  const tag = previousTag(target);
  const { decision } = known;
  if (decision.facts.images.has(tag.full)) return { known };
  const withImage = (image: ImageSummary): Known => {
    const facts = { ...decision.facts, images: new Map(decision.facts.images).set(tag.full, image) };
    return { ...known, decision: { ...decision, facts } };
  };
  const found = await store.findPrevious(pointerName(target), (image) => {
    const reuse = decideReuseOf(target, withImage(summaryOf(image, "")), session);
    return reuse.kind === "clean" ? reuse.reason : undefined;
  });
  if (found === undefined) return { known };
  if ("problem" in found) return { known: { ...known, lacksPrevious: found.problem } };
  const from = found.branch === undefined ? "" : ` of ${found.branch}`;
  let id: string | undefined;
  await timed(`pull the last result${from} from the store`, async () => {
    id = await store.loadPrevious(found.image, { tag: tag.full, target: target.name, from });
  });
  if (id === undefined) return { known };
  const { size } = await images.inspect(id);
  return { known: withImage({ ...summaryOf(found.image, id), size }), previous: { id, tag: tag.full } };
}

/** It came from the store, and is trusted as an image of the engine is. */
function summaryOf({ config, size }: RegistryImage, id: string): ImageSummary {
  return { id, labels: config.labels, size, tags: [], digests: [] };
}
