// Puts the place in the user's files on failures that know only their path in the config.
import type { ConfigPath, Failure, Location } from "@sti/core";

/** The same failures with `location` (of edges and of the other place, too) where they have a config path. */
export function locateFailures(
  failures: readonly Failure[],
  locate: (path: ConfigPath) => Location | undefined,
): readonly Failure[] {
  return failures.map((failure) => {
    if (!("path" in failure)) return failure;
    const located = { ...failure, location: failure.location ?? locate(failure.path) };
    if (located.code === "tag-duplicate") {
      return { ...located, otherLocation: located.otherLocation ?? locate(located.otherPath) };
    }
    if (located.code === "graph-cycle") {
      const edges = located.edges.map((edge) => ({ ...edge, location: edge.location ?? locate(edge.path) }));
      return { ...located, edges };
    }
    return located;
  });
}
