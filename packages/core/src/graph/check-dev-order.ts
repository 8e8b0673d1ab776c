// Whether containers can be started in the order that the config wants. Pure.
import type { DevSubject } from "../definition/dev-settings.ts";
import type { ConfigPath } from "../failure/config-place.ts";
import type { Failure } from "../failure/failure.ts";
import { suggest } from "../failure/suggest.ts";
import { findCycles } from "./find-cycles.ts";

/** A container of the config: of an app, or a service. */
type Placed = DevSubject & { readonly path: ConfigPath };

/** Names in dependsOn that are no containers, and containers that wait for themselves. */
export function checkDevOrder(subjects: readonly Placed[]): readonly Failure[] {
  const names = subjects.map(({ name }) => name);
  const edges = subjects.flatMap(({ dev, kind, name, path }) =>
    (dev?.dependsOn ?? []).map((to, index) => ({
      from: name,
      to,
      reason: "depends-on" as const,
      path: [...path, ...(kind === "app" ? ["dev"] : []), "dependsOn", index],
    })),
  );
  const unknown = edges.filter(({ to }) => !names.includes(to));
  const cycles = findCycles(
    names,
    edges.filter(({ to }) => names.includes(to)),
  );
  return [
    ...unknown.map(({ path, to }) => {
      const meant = suggest(to, names);
      const question = meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`;
      const message = `names ${JSON.stringify(to)}, which is no app and no service${question}`;
      return { code: "config-invalid" as const, path, message };
    }),
    ...cycles.map((cycle) => {
      const round = [...cycle.map(({ from }) => from), cycle[0]?.from].join(" → ");
      return {
        code: "config-invalid" as const,
        path: cycle[0]?.path ?? [],
        message: `waits for itself: ${round}`,
      };
    }),
  ];
}
