// The page as text, for a report that can be read without scripts.
import { render } from "preact-render-to-string";
import type { PageParts } from "../src/report/page/page-state.ts";
import { Page } from "./page.tsx";
import { assemble, headline } from "./state.ts";
import { shownRows, timeScale } from "./time-scale.ts";
import { percent } from "./words.ts";

export { makeDocument } from "./document.ts";

export interface RenderedPage {
  readonly title: string;
  readonly body: string;
  /** Rules that depend on the session. */
  readonly style: string;
}

export function renderPage(parts: PageParts): RenderedPage {
  const state = assemble(new Map(parts));
  if (state === undefined) throw new Error("a page needs a session that has started");
  const scale = timeScale(state, shownRows(state), undefined);
  return {
    title: `${headline(state)} · ${state.session.about.project} · sti`,
    body: render(<Page state={state} />),
    style: `:root{--tick:${percent(scale.step / scale.length)}}`,
  };
}
