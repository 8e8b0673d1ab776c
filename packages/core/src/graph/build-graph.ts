// Builds the graph: infers edges from image references, adds dependsOn, refuses cycles, duplicate tags and unknown
// names. Pure; the images of Dockerfiles are handed in.
import { type ImageReference, parseImageReference } from "../definition/image-reference.ts";
import type { ImageUse, Target } from "../definition/target.ts";
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import { failed, type Result, success } from "../failure/result.ts";
import { suggest } from "../failure/suggest.ts";
import { findCycles } from "./find-cycles.ts";
import type { Edge, NeededImage, TargetGraph, TargetNode } from "./target-graph.ts";

/** `dockerfileImages`: the references in each image entry's Dockerfile, by target name. */
export function buildGraph(
  targets: readonly Target[],
  dockerfileImages: ReadonlyMap<string, readonly string[]>,
): Result<TargetGraph> {
  const failures: Failure[] = [];
  const byName = new Map(targets.map((target) => [target.name, target]));
  const byTag = indexTags(targets, failures);
  const edges: Edge[] = [];
  const images = new Map<string, NeededImage[]>();

  for (const target of targets) {
    const needed: NeededImage[] = [];
    const add = (role: NeededImage["role"], use: ImageUse, path: ConfigPath) => {
      const image = resolveImageUse(use, { role, path, byName, byTag, failures });
      if (image === undefined) return;
      needed.push(image);
      if (image.target !== undefined) {
        edges.push({ from: target.name, to: image.target, reason: role, path });
      }
    };
    if (target.kind === "app") {
      add("build-image", target.buildImage, [...target.path, "buildImage"]);
      if (target.runtimeImage !== undefined) {
        add("runtime-image", target.runtimeImage, [...target.path, "runtimeImage"]);
      }
    } else {
      for (const written of dockerfileImages.get(target.name) ?? []) {
        const parsed = parseImageReference(written);
        const path = [...target.path, "context"];
        if ("reference" in parsed)
          add("dockerfile", { kind: "reference", reference: parsed.reference }, path);
        else {
          failures.push({
            code: "reference-invalid",
            path,
            reference: written,
            message: `${parsed.problem} (in ${target.dockerfile})`,
          });
        }
      }
    }
    target.dependsOn.forEach((name, index) => {
      const path = [...target.path, "dependsOn", index];
      if (byName.has(name)) edges.push({ from: target.name, to: name, reason: "depends-on", path });
      else failures.push(unknownTarget(name, path, byName));
    });
    images.set(target.name, needed);
  }
  if (failures.length > 0) return failed(failures);

  const cycles = findCycles([...byName.keys()], edges);
  if (cycles.length > 0) return failed(cycles.map((cycle) => describeCycle(cycle)));
  return success({ nodes: orderNodes(targets, edges, images), edges });
}

/** Target names by the normal form of their tags, derived ones too. */
function indexTags(targets: readonly Target[], failures: Failure[]): ReadonlyMap<string, string> {
  const owners = new Map<string, Target>();
  for (const target of targets) {
    const buildTag = target.kind === "app" ? target.buildTag : undefined;
    for (const tag of buildTag === undefined ? [target.tag] : [target.tag, buildTag]) {
      const other = owners.get(tag.full);
      if (other === undefined) owners.set(tag.full, target);
      else {
        failures.push({
          code: "tag-duplicate",
          path: [...target.path, "tag"],
          tag: tag.short,
          target: target.name,
          other: other.name,
          otherPath: [...other.path, "tag"],
        });
      }
    }
  }
  return new Map([...owners].map(([tag, target]) => [tag, target.name]));
}

function resolveImageUse(
  use: ImageUse,
  context: {
    readonly role: NeededImage["role"];
    readonly path: ConfigPath;
    readonly byName: ReadonlyMap<string, Target>;
    readonly byTag: ReadonlyMap<string, string>;
    readonly failures: Failure[];
  },
): NeededImage | undefined {
  const { role, path, byName } = context;
  if (use.kind === "target") {
    const target = byName.get(use.name);
    if (target === undefined) {
      context.failures.push(unknownTarget(use.name, [...path, "target"], byName));
      return undefined;
    }
    return { role, path, reference: target.tag.full, short: target.tag.short, target: target.name };
  }
  const reference: ImageReference = use.reference;
  const target = context.byTag.get(reference.full);
  // An engine that has an image by its digest does not list it by a tag beside that.
  const named =
    reference.digest === undefined ? reference.full : `${reference.repository}@${reference.digest}`;
  return { role, path, reference: named, short: reference.short, target };
}

function unknownTarget(name: string, path: ConfigPath, byName: ReadonlyMap<string, Target>): Failure {
  return { code: "target-unknown", path, name, suggestion: suggest(name, [...byName.keys()]) };
}

function describeCycle(cycle: readonly Edge[]): Failure {
  const first = cycle[0] as Edge;
  const byHand = cycle.findIndex((edge) => edge.reason === "depends-on");
  return {
    code: "graph-cycle",
    path: first.path,
    names: [...cycle.map((edge) => edge.from), first.from],
    edges: cycle.map((edge) => ({ path: edge.path })),
    cut: byHand >= 0 ? byHand : cycle.length - 1,
  };
}

/** Kahn's algorithm, keeping the order in which targets were written wherever the edges allow it. */
function orderNodes(
  targets: readonly Target[],
  edges: readonly Edge[],
  images: ReadonlyMap<string, readonly NeededImage[]>,
): ReadonlyMap<string, TargetNode> {
  const dependencies = new Map(targets.map((target) => [target.name, new Set<string>()]));
  const dependents = new Map(targets.map((target) => [target.name, new Set<string>()]));
  for (const edge of edges) {
    dependencies.get(edge.from)?.add(edge.to);
    dependents.get(edge.to)?.add(edge.from);
  }
  const waiting = new Map([...dependencies].map(([name, needed]) => [name, needed.size]));
  const byName = new Map(targets.map((target) => [target.name, target]));
  const ready = targets.filter((target) => waiting.get(target.name) === 0).map((target) => target.name);
  const nodes = new Map<string, TargetNode>();
  for (let index = 0; index < ready.length; index += 1) {
    const name = ready[index] as string;
    nodes.set(name, {
      target: byName.get(name) as Target,
      dependencies: [...(dependencies.get(name) ?? [])],
      dependents: [...(dependents.get(name) ?? [])],
      images: images.get(name) ?? [],
    });
    for (const dependent of dependents.get(name) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1;
      waiting.set(dependent, left);
      if (left === 0) ready.push(dependent);
    }
  }
  return nodes;
}

/** Members of groups that are no targets. */
export function findUnknownMembers(
  graph: TargetGraph,
  groups: Readonly<Record<string, readonly string[]>>,
): readonly Failure[] {
  return Object.entries(groups).flatMap(([group, names]) =>
    names.flatMap((name, index): readonly Failure[] => {
      if (graph.nodes.has(name)) return [];
      const suggestion = suggest(name, graph.nodes.keys());
      return [{ code: "target-unknown", path: ["groups", group, index], name, suggestion }];
    }),
  );
}
