// Puts a node for each platform in the place of a project's targets that are built for several.
import {
  declaredName,
  enginePlatform,
  type Facts,
  failed,
  hasPlatforms,
  parsePlatform,
  type Result,
  spreadPlatforms,
  success,
  type TargetGraph,
} from "@sti/core";
import type { Project } from "./load-project.ts";

/** Values of --platform, in the normal form; undefined: all platforms of the targets. */
export function readPlatforms(written: readonly string[] | undefined): Result<readonly string[] | undefined> {
  if (written === undefined) return success(undefined);
  const parsed = written.map((text) => ({ text, ...parsePlatform(text) }));
  const failures = parsed.flatMap((one) =>
    "problem" in one ? [{ code: "platform-invalid", platform: one.text, message: one.problem } as const] : [],
  );
  const platforms = parsed.flatMap((one) => ("platform" in one ? [one.platform] : []));
  return failures.length > 0 ? failed(failures) : success([...new Set(platforms)]);
}

/** `facts`: of the engine. Without one, the platform is that of this machine. */
export function spreadProject(
  project: Project,
  { facts, platform }: { readonly facts: Facts; readonly platform?: readonly string[] | undefined },
): Result<Project> {
  const chosen = readPlatforms(platform);
  if (!chosen.ok) return chosen;
  const own = enginePlatform(facts) ?? machinePlatform();
  const spread = spreadPlatforms(project, { own, chosen: chosen.value });
  if (!spread.ok || !hasPlatforms(project.graph)) return spread.ok ? success(project) : spread;
  const { graph } = spread.value;
  return success({
    ...project,
    ...spread.value,
    dockerfiles: forNodes(graph, project.dockerfiles),
    snapshots: forNodes(graph, project.snapshots),
    withCheckouts: async () => forNodes(graph, await project.withCheckouts()),
  });
}

/** What is known of targets, for each of their nodes. */
export function forNodes<Value>(
  { nodes }: TargetGraph,
  known: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const entries = [...nodes.values()].flatMap(({ target }) => {
    const value = known.get(declaredName(target));
    return value === undefined ? [] : [[target.name, value] as const];
  });
  return new Map(entries);
}

/** "linux/amd64": images are built for Linux, whatever this machine runs. */
export function machinePlatform(): string {
  const architecture = { x64: "amd64", ia32: "386" }[process.arch as string] ?? process.arch;
  return `linux/${architecture}`;
}
