// Links to the parts of the page, and the filter.
import { useEffect, useRef } from "preact/hooks";
import { type Filter, NO_FILTER } from "./filter.ts";
import { closeSelection } from "./selection.ts";
import type { PageState } from "./state.ts";
import { STATE_ORDER, STATES, type State } from "./words.ts";

export interface FilterBarProps {
  readonly state: PageState;
  readonly filter: Filter;
  readonly kept: ReadonlySet<string> | undefined;
  readonly onFilter: (filter: Filter) => void;
}

export function FilterBar({ filter, kept, onFilter, state }: FilterBarProps) {
  const { containers, isCritical, session, targets } = state;
  const input = useRef<HTMLInputElement>(null);
  usePageKeys(input, () => onFilter({ ...filter, text: "" }));
  const present = STATE_ORDER.flatMap((one) => {
    const number = targets.filter((target) => target.state === one).length;
    return number > 0 || filter.states.has(one) ? [{ one, number }] : [];
  });
  const hasFailures = session.failures.length > 0 || present.some(({ one }) => one === "failed");
  const toggle = (one: State) => {
    const states = new Set(filter.states);
    if (!states.delete(one)) states.add(one);
    onFilter({ ...filter, states });
  };
  const all = `${targets.length} targets`;
  return (
    <search class="filter">
      <nav aria-label="Parts of the page">
        {hasFailures && <a href="#failures">Failures</a>}
        {containers.length > 0 && <a href="#containers">Apps</a>}
        <a href="#timeline">Timeline</a>
        <a href="#graph">Graph</a>
        <a href="#targets">Targets</a>
        {session.kind === "watch" && <a href="#builds">History</a>}
      </nav>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row everywhere */}
      <div class="chips" role="group" aria-label="Show only">
        {present.map(({ number, one }) => (
          <button
            key={one}
            type="button"
            class={`chip o-${one}`}
            aria-pressed={filter.states.has(one)}
            onClick={() => toggle(one)}
          >
            <span class="mark" aria-hidden="true">
              {STATES[one].mark}
            </span>
            {number} {STATES[one].words}
          </button>
        ))}
        {isCritical.size > 0 && (
          <button
            type="button"
            class="chip critical"
            aria-pressed={filter.isCritical}
            onClick={() => onFilter({ ...filter, isCritical: !filter.isCritical })}
          >
            critical path
          </button>
        )}
      </div>
      <label>
        <span class="hidden">Filter by name, tag or reason</span>
        <input
          ref={input}
          type="search"
          placeholder="Filter  ( / )"
          spellcheck={false}
          autocomplete="off"
          aria-keyshortcuts="/"
          value={filter.text}
          onInput={(event) => onFilter({ ...filter, text: event.currentTarget.value })}
        />
      </label>
      <output class="matches" aria-live="polite">
        {kept === undefined ? "" : `${kept.size} of ${all}`}
      </output>
      {kept !== undefined && (
        <button type="button" onClick={() => onFilter(NO_FILTER)}>
          Show all
        </button>
      )}
    </search>
  );
}

/** `/` goes to the filter, Escape closes details or empties the filter. */
function usePageKeys(input: { readonly current: HTMLInputElement | null }, onEmpty: () => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target } = event;
      const writes = target instanceof HTMLInputElement;
      if (event.key === "Escape") {
        if (writes && target.value !== "" && target === input.current) onEmpty();
        else if (/^#(?:target|container)=/.test(location.hash)) closeSelection();
        else if (input.current?.value) onEmpty();
      } else if (event.key === "/" && !writes) {
        event.preventDefault();
        input.current?.focus();
        input.current?.select();
      }
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  });
}
