// Reads the identities of the images that targets are made from, as far as the engine has these images already.
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import { findGivenId, findImageId } from "../plan/decide-image.ts";
import type { Facts } from "../plan/facts.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import type { Lock } from "../plan/lock.ts";
import type { Records } from "./records.ts";

/** By id. One call for each image whose identity is not recorded; none is recorded here. */
export async function readIdentities(
  engine: Pick<Engine, "inspectImage">,
  needed: {
    readonly graph: TargetGraph;
    readonly facts: Facts;
    readonly lock: Lock | undefined;
    readonly records: Pick<Records, "readIdentity">;
  },
  options: CallOptions = {},
): Promise<ReadonlyMap<string, string>> {
  const read = await Promise.all(
    [...neededIds(needed)].map(async (id) => {
      const known = await needed.records.readIdentity(id);
      const details = known === undefined ? await engine.inspectImage(id, options) : undefined;
      // One that was removed since is nothing that a target could be made from.
      const identity = known ?? (details && imageIdentity(details)) ?? "";
      return [id, identity] as const;
    }),
  );
  return new Map(read);
}

function neededIds({ facts, graph, lock }: Parameters<typeof readIdentities>[1]): ReadonlySet<string> {
  const ids = new Set<string | undefined>();
  const addTarget = (name: string) => {
    const tag = graph.nodes.get(name)?.target.tag.full;
    ids.add(tag === undefined ? findGivenId(graph, name, facts) : facts.images.get(tag)?.id);
  };
  for (const { images, target } of graph.nodes.values()) {
    for (const image of images) {
      if (image.target === undefined) ids.add(findImageId(image, target.pull, { facts, lock }));
      else addTarget(image.target);
    }
    target.dependsOn.forEach(addTarget);
  }
  ids.delete(undefined);
  return ids as ReadonlySet<string>;
}
