// Puts a node for each platform in the place of a target that is built for several. Pure.
import { platformName } from "../definition/declared-name.ts";
import type { Target } from "../definition/target.ts";
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import type { Selection } from "./select-targets.ts";
import type { TargetGraph, TargetNode } from "./target-graph.ts";

export interface PlatformChoice {
  /** Of the engine, "linux/amd64": targets without platforms are built for it. Nodes for it keep their names. */
  readonly own: string;
  /** Those of the session, in the normal form; undefined: all that the targets have. */
  readonly chosen?: readonly string[] | undefined;
}

/** Selected targets are built for the chosen ones of their platforms, dependencies for those of their dependents. */
export function spreadPlatforms(selection: Selection, choice: PlatformChoice): Result<Selection> {
  const { graph, selected } = selection;
  const unknown = findUnknown(selection, choice);
  if (unknown.length > 0) return failed(unknown);
  if (!hasPlatforms(graph)) return success(selection);
  const wanted = findWanted(selection, choice);
  const platformsOf = (name: string) => [...(wanted.get(name) ?? [])];
  const nameFor = (name: string, platform: string) =>
    platform === choice.own ? name : platformName(name, platform);
  const spread = ({ dependencies, dependents, images, target }: TargetNode, platform: string) => ({
    target: targetFor(target, platform, nameFor),
    dependencies: dependencies.map((name) => nameFor(name, platform)),
    dependents: dependents
      .filter((name) => wanted.get(name)?.has(platform))
      .map((name) => nameFor(name, platform)),
    images: images.map((image) =>
      image.target === undefined ? image : { ...image, target: nameFor(image.target, platform) },
    ),
  });
  const nodes = [...graph.nodes.values()].flatMap((node) =>
    platformsOf(node.target.name).map((platform) => spread(node, platform)),
  );
  const edges = graph.edges.flatMap((edge) =>
    platformsOf(edge.from).map((platform) => ({
      ...edge,
      from: nameFor(edge.from, platform),
      to: nameFor(edge.to, platform),
    })),
  );
  const platforms = new Set([...wanted.values()].flatMap((all) => [...all]));
  const given = [...(graph.given ?? [])].flatMap(([name, tag]) =>
    [...platforms].map((platform) => [nameFor(name, platform), tag] as const),
  );
  return success({
    selected: selected.flatMap((name) => platformsOf(name).map((platform) => nameFor(name, platform))),
    graph: {
      nodes: new Map(nodes.map((node) => [node.target.name, node])),
      edges,
      ...(graph.given === undefined ? {} : { given: new Map(given) }),
    },
  });
}

/** Whether a target is built for platforms of its own. */
export function hasPlatforms({ nodes }: TargetGraph): boolean {
  return [...nodes.values()].some(({ target }) => target.platforms !== undefined);
}

/** Platforms of a spread graph besides that of the engine, in the order of the nodes. */
export function foreignPlatforms({ nodes }: TargetGraph, own: string): readonly string[] {
  const platforms = [...nodes.values()].map(({ target }) => target.platform?.name ?? own);
  return [...new Set(platforms)].filter((platform) => platform !== own);
}

/** The nodes of a spread graph for one platform: no others are connected with them. */
export function onlyPlatform(graph: TargetGraph, platform: string, { own }: PlatformChoice): TargetGraph {
  const nodes = [...graph.nodes].filter(([, { target }]) => (target.platform?.name ?? own) === platform);
  const kept = new Map(nodes);
  return { ...graph, nodes: kept, edges: graph.edges.filter(({ from }) => kept.has(from)) };
}

/** Whether the image of a node becomes a part of an index where it is pushed. */
export function isJoined({ platform }: Pick<Target, "platform">): boolean {
  return platform !== undefined && platform.all.length > 1;
}

function findUnknown({ graph, selected }: Selection, { chosen = [] }: PlatformChoice): readonly Failure[] {
  const known = [...new Set(selected.flatMap((name) => graph.nodes.get(name)?.target.platforms ?? []))];
  const message =
    known.length === 0
      ? "no selected target has platforms"
      : `no selected target is built for it, only for ${known.join(", ")}`;
  return chosen
    .filter((platform) => !known.includes(platform))
    .map((platform) => ({ code: "platform-invalid", platform, message }));
}

/** By target. */
function findWanted(
  { graph, selected }: Selection,
  { chosen, own }: PlatformChoice,
): ReadonlyMap<string, ReadonlySet<string>> {
  const wanted = new Map<string, ReadonlySet<string>>();
  const named = new Set(selected);
  // Dependents first.
  for (const { dependents, target } of [...graph.nodes.values()].reverse()) {
    const { name, platforms } = target;
    const all = platforms?.filter((platform) => chosen === undefined || chosen.includes(platform)) ?? [own];
    const needed = dependents.flatMap((dependent) => [...(wanted.get(dependent) ?? [])]);
    wanted.set(name, new Set([...(named.has(name) ? all : []), ...needed]));
  }
  return wanted;
}

function targetFor(
  target: Target,
  platform: string,
  nameFor: (name: string, platform: string) => string,
): Target {
  const { name: declared, platforms } = target;
  if (platforms === undefined) return target;
  return {
    ...target,
    name: nameFor(declared, platform),
    dependsOn: target.dependsOn.map((name) => nameFor(name, platform)),
    platform: { name: platform, all: platforms, declared },
  };
}
