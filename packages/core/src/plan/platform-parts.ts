// The parts of a spread graph, each with the facts of an engine of its platform. Pure.
import type { EngineDescription } from "../engine/engine.ts";
import { foreignPlatforms, onlyPlatform } from "../graph/spread-platforms.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import { enginePlatform } from "./decide-target.ts";
import type { Facts } from "./facts.ts";

export interface PlatformPart {
  /** "linux/arm64"; undefined where no engine was asked. */
  readonly platform: string | undefined;
  readonly graph: TargetGraph;
  /** Nothing is known of images of other platforms. */
  readonly facts: Facts;
}

/** `facts`: of the engine, whose part is the first one, even if it is empty. */
export function platformParts({
  facts,
  graph,
}: {
  readonly facts: Facts;
  readonly graph: TargetGraph;
}): readonly [PlatformPart, ...PlatformPart[]] {
  const own = enginePlatform(facts);
  if (own === undefined) return [{ platform: own, graph, facts }];
  const foreign = foreignPlatforms(graph, own).map((platform): PlatformPart => {
    const engine = unknownEngine(platform);
    return { platform, graph: onlyPlatform(graph, platform, { own }), facts: { engine, images: new Map() } };
  });
  return [
    { platform: own, graph: foreign.length === 0 ? graph : onlyPlatform(graph, own, { own }), facts },
    ...foreign,
  ];
}

/** An engine of which nothing is known but its platform. */
export function unknownEngine(platform: string): EngineDescription {
  const [os = "", architecture = ""] = platform.split("/");
  return { version: "", apiVersion: "", os, architecture, cpus: 1, memory: 0 };
}
