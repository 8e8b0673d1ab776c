// The page: everything that it shows of a session, as it was or as it goes on.
import { useEffect, useMemo, useState } from "preact/hooks";
import { Builds } from "./builds.tsx";
import { Containers } from "./containers.tsx";
import { Details } from "./details.tsx";
import { Failures } from "./failures.tsx";
import { applyFilter, NO_FILTER } from "./filter.ts";
import { FilterBar } from "./filter-bar.tsx";
import { Graph } from "./graph.tsx";
import { Header } from "./header.tsx";
import { type Live, LiveContext } from "./live.ts";
import { Notices } from "./notices.tsx";
import { useSelection } from "./selection.ts";
import { headline, mood, type PageState } from "./state.ts";
import { Targets } from "./targets.tsx";
import { Timeline } from "./timeline.tsx";
import { STATES } from "./words.ts";

export function Page({ live, state }: { readonly state: PageState; readonly live?: Live | undefined }) {
  const [filter, setFilter] = useState(NO_FILTER);
  const selection = useSelection();
  const kept = useMemo(() => applyFilter(state, filter), [state, filter]);
  const title = headline(state);
  const mark = STATES[mood(state)].mark;
  useEffect(() => {
    document.title = `${mark} ${title} · ${state.session.about.project}`;
  }, [mark, title, state.session.about.project]);
  const view = { state, kept, selection };
  return (
    <LiveContext.Provider value={live}>
      <a class="skip" href="#targets">
        Skip to the targets
      </a>
      <Header state={state} />
      <FilterBar state={state} filter={filter} kept={kept} onFilter={setFilter} />
      <main>
        <Notices state={state} />
        <Failures {...view} />
        <Containers {...view} />
        <Timeline {...view} />
        <Graph {...view} />
        <Targets {...view} />
        <Builds {...view} />
      </main>
      <aside aria-label="Details">
        <Details {...view} />
      </aside>
    </LiveContext.Provider>
  );
}
