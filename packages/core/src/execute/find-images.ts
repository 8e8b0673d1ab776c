// Finds the images that a target is made from. With a store they are known by their identities first, and pulled only for
// a target that has to be built.
import type { NeededImage, TargetNode } from "../graph/target-graph.ts";
import { decideImage, findGivenId } from "../plan/decide-image.ts";
import { type KnownImage, UNKNOWN_IMAGE } from "../plan/key.ts";
import { knownImage, type PlanningContext } from "./plan-build.ts";
import type { OnPull } from "./session-images.ts";
import type { SessionStore } from "./session-store.ts";
import type { StoredResult } from "./store-use.ts";

/** An image that a target is made from; the engine may not have it yet. */
export interface FoundImage {
  /** Its id is empty until the engine has it. */
  readonly known: KnownImage;
  /** Pulls it where the engine does not have it. Resolves to its id. */
  obtain(): Promise<string>;
}

type Searched = Pick<PlanningContext, "images" | "imageOf" | "session"> & {
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
      return { known, obtain: () => obtainFinished(image.target as string, finished, context) };
    }
  }
  const pull = () => images.identify(image, target.pull, onPull(image));
  const isMissing = decideImage(image, target.pull, { facts, lock }).kind === "pull";
  const identity = isMissing ? await store?.identityOf(image) : undefined;
  return identity === undefined
    ? await present(await pull())
    : { known: { ...UNKNOWN_IMAGE, identity }, obtain: pull };
}

async function obtainFinished(
  name: string,
  { id, stored }: { readonly id?: string | undefined; readonly stored?: StoredResult | undefined },
  { session, store }: Searched,
): Promise<string> {
  const target = session.graph.nodes.get(name)?.target;
  if (id !== undefined) return id;
  if (stored === undefined || store === undefined || target === undefined)
    throw new Error(`no image of ${name}`);
  return await store.load(target, stored);
}
