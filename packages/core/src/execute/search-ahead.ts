// Searches a store for the results of all targets at once, without waiting for builds: the key of a target is known as soon as
// the results that it is made from are found.
import pLimit from "p-limit";
import type { Target } from "../definition/target.ts";
import type { NeededImage, TargetGraph, TargetNode } from "../graph/target-graph.ts";
import { decideTarget } from "../plan/decide-target.ts";
import type { Facts } from "../plan/facts.ts";
import type { PlanFlags } from "../plan/flags.ts";
import { type KnownImage, UNKNOWN_IMAGE } from "../plan/key.ts";
import type { Dockerfile } from "../source/dockerfile.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { StoredResult } from "./store-use.ts";

/** Results that are searched for at the same time. A longer queue would be one of the registry's client, and cost patience. */
const REQUESTS = 16;

export interface AheadInputs {
  readonly graph: TargetGraph;
  readonly snapshots: ReadonlyMap<string, SourceSnapshot>;
  /** Of each image entry. */
  readonly dockerfiles: ReadonlyMap<string, Pick<Dockerfile, "text">>;
  readonly facts: Facts;
  readonly flagsFor: (target: string) => PlanFlags;
  /** Identity of an image that no target makes; undefined where it is not known. */
  readonly identityOf: (image: NeededImage, target: Target) => Promise<string | undefined>;
  /** Identity of the image of a target that is up to date. */
  readonly identityOfPresent: (id: string, target: Target) => Promise<string>;
  readonly find: (target: Target, key: string) => Promise<StoredResult | undefined>;
}

/**
 * Identities of results by target: in the engine, or in the store; undefined where it has none, or the key is not known yet.
 * Rejects where the functions reject.
 */
export function searchAhead(inputs: AheadInputs): ReadonlyMap<string, Promise<string | undefined>> {
  const { dockerfiles, facts, find, flagsFor, graph, identityOf, identityOfPresent, snapshots } = inputs;
  const limit = pLimit(REQUESTS);
  const found = new Map<string, Promise<string | undefined>>();
  const search = async (node: TargetNode): Promise<string | undefined> => {
    const { target } = node;
    const snapshot = snapshots.get(target.name);
    const flags = flagsFor(target.name);
    if (snapshot === undefined || flags.clean || flags.force) return undefined;
    const [images, dependencies] = await Promise.all([
      Promise.all(
        node.images.map((image) =>
          image.target === undefined ? limit(() => identityOf(image, target)) : found.get(image.target),
        ),
      ),
      Promise.all(target.dependsOn.map((name) => found.get(name))),
    ]);
    const needed = { images: known(images), dependencies: known(dependencies) };
    if (needed.images === undefined || needed.dependencies === undefined) return undefined;
    const decision = decideTarget(node, {
      sourceDigest: snapshot.digest,
      git: snapshot.git,
      dockerfile: dockerfiles.get(target.name)?.text,
      needed: { images: needed.images, dependencies: needed.dependencies },
      facts,
      flags,
    });
    if (decision.kind === "up-to-date") return await identityOfPresent(decision.imageId, target);
    return (await limit(() => find(target, decision.key)))?.identity;
  };
  for (const [name, node] of graph.nodes) found.set(name, search(node));
  return found;
}

/** Undefined if one of them is. */
function known(identities: readonly (string | undefined)[]): readonly KnownImage[] | undefined {
  const all = identities.filter((identity) => identity !== undefined);
  return all.length === identities.length
    ? all.map((identity) => ({ ...UNKNOWN_IMAGE, identity }))
    : undefined;
}
