// The filter of the page: words, states, the critical path.
import type { PageTarget } from "../src/report/page/page-state.ts";
import type { PageState } from "./state.ts";
import type { State } from "./words.ts";

export interface Filter {
  readonly text: string;
  readonly states: ReadonlySet<State>;
  readonly isCritical: boolean;
}

export const NO_FILTER: Filter = { text: "", states: new Set(), isCritical: false };

/** Undefined: there is no filter. */
export function applyFilter(
  { isCritical, targets }: PageState,
  filter: Filter,
): ReadonlySet<string> | undefined {
  const words = filter.text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "");
  if (words.length === 0 && filter.states.size === 0 && !filter.isCritical) return undefined;
  const fits = (target: PageTarget) => {
    const text = `${target.name} ${target.kind} ${target.tag} ${target.reason}`.toLowerCase();
    return (
      words.every((word) => text.includes(word)) &&
      (filter.states.size === 0 || filter.states.has(target.state)) &&
      (!filter.isCritical || isCritical.has(target.name))
    );
  };
  return new Set(targets.filter(fits).map(({ name }) => name));
}
