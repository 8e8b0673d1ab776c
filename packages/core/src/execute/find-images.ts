// Finds the images that a target is made from. With a store they are known by their identities first, and pulled only for
// a target that has to be built.
import type { Target } from "../definition/target.ts";
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import { decideImage, findGivenId } from "../plan/decide-image.ts";
import { type KnownImage, UNKNOWN_IMAGE } from "../plan/key.ts";
import { type DecidedBuild, knownImage, type PlanningContext } from "./plan-build.ts";
import type { OnPull } from "./session-images.ts";
import type { SessionStore } from "./session-store.ts";

/** An image that a target is made from; the engine may not have it yet. */
export interface FoundImage {
  /** Its id is empty until the engine has it. */
  readonly known: KnownImage;
  /** Pulls it where the engine does not have it. Resolves to its id. */
  obtain(): Promise<string>;
}

type Searched = Pick<PlanningContext, "images" | "imageOf" | "obtain" | "session"> & {
  readonly store: SessionStore | undefined;
};

/** `onPull`: wraps each pull, for events. Rejects with ImageMissingError, PullError or the engine's error. */
export async function findImage(
  image: NeededImage,
  { target }: TargetNode,
  context: Searched,
  onPull: (image: NeededImage) => OnPull,
): Promise<FoundImage> {
  const { images, store } = context;
  const { facts, graph, lock } = context.session;
  const present = async (id: string): Promise<FoundImage> => ({
    known: { id, identity: await images.identityOf(id, target.name) },
    obtain: async () => id,
  });
  if (image.target !== undefined) {
    // Of a target that is left as it is, the image may have to be pulled.
    const isGiven = graph.given?.has(image.target) === true;
    if (!isGiven || findGivenId(graph, image.target, facts) !== undefined) {
      const finished = context.imageOf(image.target);
      const known = await knownImage(finished, target.name, images);
      const name = image.target;
      return { known, obtain: async () => finished.id ?? (await context.obtain(name, target.name)) };
    }
  }
  const pull = () => images.identify(image, target.pull, onPull(image));
  const isMissing = decideImage(image, target.pull, { facts, lock }).kind === "pull";
  const identity = isMissing ? await store?.identityOf(image) : undefined;
  return identity === undefined
    ? await present(await pull())
    : { known: { ...UNKNOWN_IMAGE, identity }, obtain: pull };
}

/** The images after the pulls that they need. */
export async function obtainImages(
  found: readonly FoundImage[],
  target: Target,
  { images }: Pick<PlanningContext, "images">,
): Promise<readonly KnownImage[]> {
  const obtained: KnownImage[] = [];
  for (const image of found) {
    const id = await image.obtain();
    obtained.push({ id, identity: await images.identityOf(id, target.name) });
  }
  return obtained;
}

/** A decision by images that the engine lacked, which it has by now. */
export function withImages(
  decision: Extract<DecidedBuild, { kind: "build" }>,
  images: readonly KnownImage[],
): Extract<DecidedBuild, { kind: "build" }> {
  const { preimage } = decision;
  const obtained = preimage.images.map((image, index) => ({ ...image, ...images[index] }));
  return { ...decision, preimage: { ...preimage, images: obtained } };
}
