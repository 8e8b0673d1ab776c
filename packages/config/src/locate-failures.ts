// Puts the place in the user's files on failures that know only their path in the config.
import type { ConfigPath, Failure, Location } from "@sti/core";

/**
 * The same failures with `location` (of edges and of the other place, too) where they have a config path. `overrideAt`:
 * the value of `--set` at a path.
 */
export function locateFailures(
  failures: readonly Failure[],
  locate: (path: ConfigPath) => Location | undefined,
  overrideAt: (path: ConfigPath) => string | undefined = () => undefined,
): readonly Failure[] {
  return failures.map((failure) => {
    if (!("path" in failure)) return failure;
    const override = overrideAt(failure.path);
    const located = {
      ...failure,
      ...(override === undefined ? { location: failure.location ?? locate(failure.path) } : { override }),
    };
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
