// The targets of a project as the reducer sees them. Pure.
import type { ConfigReloaded } from "../execute/watch-event.ts";
import { longestPathToEnd } from "../graph/longest-path.ts";
import type { TargetNode } from "../graph/target-graph.ts";
import { inputDigest } from "../plan/git-variables.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { WatchProject } from "./watch-session.ts";
import type { TargetState, WatchedTarget } from "./watch-state.ts";

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

/** Names of targets that another config adds, removes and defines otherwise. */
export function compareTargets(
  known: ReadonlyMap<string, TargetState>,
  targets: readonly WatchedTarget[],
): Pick<ConfigReloaded, "added" | "removed" | "changed"> {
  const before = new Map([...known].filter(([, { isRemoved }]) => !isRemoved));
  const names = targets.map(({ name }) => name);
  const isOther = ({ definition, name }: WatchedTarget) =>
    before.has(name) && before.get(name)?.definition !== definition;
  return {
    added: names.filter((name) => !before.has(name)),
    removed: [...before.keys()].filter((name) => !names.includes(name)),
    changed: targets.filter(isOther).map(({ name }) => name),
  };
}
