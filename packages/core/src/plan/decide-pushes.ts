// The targets whose images are pushed, and the time of the pushes. Pure.
import type { TargetGraph } from "../graph/target-graph.ts";

/** The command line's request about pushes; undefined leaves it to the config. */
export type PushRequest =
  /** Each image as soon as its target has succeeded. */
  | "each"
  /** All of them, once every target of the session has succeeded. */
  | "atomic"
  | "none";

/** The pushes of a session. */
export interface Pushes {
  readonly when: "each" | "atomic";
  /** Names of the targets. */
  readonly targets: ReadonlySet<string>;
}

/**
 * `push: true` is pushed by every session unless the command line forbids pushes; `push: false` never is. A target with
 * neither is pushed when the command line asks and it was selected, not when another one needs it.
 */
export function decidePushes(
  graph: TargetGraph,
  asked: { readonly request: PushRequest | undefined; readonly selected: readonly string[] },
): Pushes {
  const { request, selected } = asked;
  const targets = [...graph.nodes.values()]
    .filter(({ target }) => {
      if (request === "none" || target.push === false) return false;
      // Only another target needs it for this platform.
      if (target.platform?.all.includes(target.platform.name) === false) return false;
      if (target.push === true) return true;
      return request !== undefined && selected.includes(target.name);
    })
    .map(({ target }) => target.name);
  return { when: request === "atomic" ? "atomic" : "each", targets: new Set(targets) };
}
