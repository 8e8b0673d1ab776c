// The targets of a project as the reducer sees them. Pure.
import { longestPathToEnd } from "../graph/longest-path.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import { inputDigest } from "../plan/git-variables.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { WatchProject } from "./watch-session.ts";
import type { WatchedTarget } from "./watch-state.ts";

/** In the order of the graph. */
export function toWatchedTargets(project: WatchProject): readonly WatchedTarget[] {
  const { graph, snapshots } = project;
  const priorities = longestPathToEnd(graph, () => 1);
  return [...graph.nodes].map(([name, node]) => ({
    name,
    definition: defineTarget(node, project),
    // External targets are not built by a watch.
    dependencies: node.dependencies.filter((needed) => graph.nodes.has(needed)),
    priority: priorities.get(name) ?? 0,
    digest: digestOf(node, snapshots.get(name)),
  }));
}

function digestOf({ target }: TargetNode, snapshot: SourceSnapshot | undefined): string {
  return snapshot === undefined ? "" : inputDigest(target, snapshot);
}

/** Everything but its source and its needs' images that its key is made of; another text means: look at the key. */
function defineTarget({ images, target }: TargetNode, { dockerfiles, lock }: WatchProject): string {
  const locked = images.map(({ reference }) => {
    const { digest, id } = lock?.get(reference) ?? {};
    return [digest, id];
  });
  return JSON.stringify([target, images, dockerfiles.get(target.name), locked]);
}
