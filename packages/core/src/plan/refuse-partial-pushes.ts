// Pushes of indexes that could not be complete. Pure.
import { declaredName } from "../definition/declared-name.ts";
import type { Failure } from "../failure/failure.ts";
import { isJoined } from "../graph/spread-platforms.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import type { Pushes } from "./decide-pushes.ts";

/** `isAsked`: by the command line, which then fails; pushes of the config are left out with a warning by the session. */
export function refusePartialPushes(
  { nodes }: TargetGraph,
  { targets }: Pick<Pushes, "targets">,
  { hasStore, isAsked }: { readonly hasStore: boolean; readonly isAsked: boolean },
): readonly Failure[] {
  const pushed = [...nodes.values()].filter(({ target }) => targets.has(target.name) && isJoined(target));
  const groups = Map.groupBy(pushed, ({ target }) => declaredName(target));
  return [...groups].flatMap(([name, parts]): readonly Failure[] => {
    const [{ target } = { target: undefined }] = parts;
    if (target === undefined) return [];
    const built = parts.map((part) => part.target.platform?.name);
    const missing = target.platform?.all.filter((platform) => !built.includes(platform)) ?? [];
    if (missing.length > 0 ? !isAsked : hasStore) return [];
    const { path, tag } = target;
    return [{ code: "push-partial", target: name, path, tag: tag.short, missing }];
  });
}
