// Definitions for tests: targets and graphs from a config as users write it, sources, images.
import {
  type AppTarget,
  buildGraph,
  type Dockerfile,
  type ImageConfig,
  type ImageDetails,
  resolveTargets,
  type SourceSnapshot,
  type Target,
  type TargetGraph,
  type TargetNode,
  type UserConfig,
} from "@sti/core";
import { Config } from "@sti/core/schema";

/** The resolved targets of a config. Throws if the config is invalid. */
export function targetsOf(config: UserConfig): readonly Target[] {
  const targets = resolveTargets(Config.parse(config));
  if (!targets.ok) throw new Error(JSON.stringify(targets.failures));
  return targets.value;
}

/** The graph of a config. `bases`: images named by the Dockerfile of each image entry. Throws if there is none. */
export function graphOf(
  config: UserConfig,
  bases: Readonly<Record<string, readonly string[]>> = {},
): TargetGraph {
  const graph = buildGraph(targetsOf(config), new Map(Object.entries(bases)));
  if (!graph.ok) throw new Error(JSON.stringify(graph.failures));
  return graph.value;
}

/** A target in the graph of a config. Throws if the config has no target of the name. */
export function nodeOf(
  config: UserConfig,
  name: string,
  bases: Readonly<Record<string, readonly string[]>> = {},
): TargetNode {
  const node = graphOf(config, bases).nodes.get(name);
  if (node === undefined) throw new Error(`the config has no target ${name}`);
  return node;
}

/** An app on `acme/builder` with the tag `acme/NAME`, outside of a graph. `more`: fields of the config. */
export function appTarget(name: string, more: object = {}): AppTarget {
  const app = { source: ".", buildImage: "acme/builder", tag: `acme/${name}`, ...more };
  const [target] = targetsOf({ apps: { [name]: app } });
  if (target?.kind !== "app") throw new Error("the config has no app");
  return target;
}

/** An empty source, with changes. */
export function snapshot(changes: Partial<SourceSnapshot> = {}): SourceSnapshot {
  return { origin: { kind: "folder", root: "/src" }, digest: "d", size: 1, entries: [], ...changes };
}

/** A Dockerfile of one stage, whose image stays as it is written. */
export function dockerfileOf(text: string): Dockerfile {
  return {
    text,
    stages: [{ name: undefined, line: 0, fromEnd: 0 }],
    images: [],
    runs: [],
    syntax: undefined,
    args: [],
    takesWholeContext: false,
    isComplete: true,
  };
}

/** A version of a target's source: its only file differs between versions, its digest also between targets. */
export function snapshotOf(target: string, version = "1"): SourceSnapshot {
  return snapshot({
    digest: `${target} ${version}`,
    entries: [{ kind: "file", path: "text", executable: false, size: 1, digest: version }],
  });
}

/** An image without any settings, with changes. */
export function imageDetails({
  config = {},
  ...changes
}: Partial<Omit<ImageDetails, "config">> & { readonly config?: Partial<ImageConfig> } = {}): ImageDetails {
  return {
    id: "sha256:base",
    tags: [],
    digests: [],
    os: "linux",
    architecture: "amd64",
    size: 1,
    layers: ["l1"],
    config: {
      env: [],
      user: "",
      workingDir: "",
      entrypoint: [],
      cmd: [],
      labels: {},
      exposedPorts: [],
      volumes: [],
      onBuild: [],
      stopSignal: undefined,
      healthcheck: undefined,
      ...config,
    },
    ...changes,
  };
}
