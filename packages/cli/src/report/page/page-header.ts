// The top of the page: how the session ended, its counts, and the filter.
import { basename } from "node:path";
import type { Outcome } from "@sti/core";
import { formatDuration } from "../../render/format-amount.ts";
import type { SessionReport } from "../session-report.ts";
import { OUTCOME_ORDER, OUTCOMES, type PageSession } from "./describe-target.ts";
import { html, type Markup } from "./markup.ts";
import { percent } from "./timeline-section.ts";

export function pageHeader({ cwd, report }: PageSession): Markup {
  const { concurrency, duration, outcomes, startedAt, targets } = report;
  const time = new Date(startedAt).toISOString();
  const worst = OUTCOME_ORDER.find((outcome) => outcomes[outcome] > 0) ?? "up-to-date";
  return html`
<header class="top o-${worst}">
  <p class="project"><b>sti</b> ${basename(cwd)}</p>
  <h1>${headline(report)}</h1>
  <p class="when">in <b>${formatDuration(duration)}</b>, ${concurrency} at a time · <time datetime="${time}">${time.slice(0, 16).replace("T", " ")} UTC</time></p>
  <svg class="share" width="100%" height="6" role="img" aria-label="${counts(report)}">${shares(outcomes, targets.length)}</svg>
</header>`;
}

/** Result of the session, in a few words. */
export function headline({ failures, outcomes, targets }: SessionReport): string {
  const all = targets.length === 1 ? "1 target" : `${targets.length} targets`;
  if (outcomes.failed > 0) return `${outcomes.failed} of ${all} failed`;
  if (outcomes.cancelled > 0) return `Stopped: ${outcomes.cancelled} of ${all} cancelled`;
  if (failures.length > 0) return `${all} done, with problems`;
  if (targets.length === 0) return "Nothing to do";
  if (outcomes.built === 0) return targets.length === 1 ? `${all} up to date` : `All ${all} up to date`;
  return outcomes.built === targets.length ? `${all} built` : `${outcomes.built} of ${all} built`;
}

export function filterBar({ isCritical, report }: PageSession): Markup {
  const { failures, outcomes } = report;
  const present = OUTCOME_ORDER.filter((outcome) => outcomes[outcome] > 0);
  return html`
<search class="filter">
  <nav aria-label="Parts of the page">
    ${(failures.length > 0 || outcomes.failed > 0) && html`<a href="#failures">Failures</a>`}
    <a href="#timeline">Timeline</a><a href="#graph">Graph</a><a href="#targets">Targets</a>
  </nav>
  <div class="chips" role="group" aria-label="Show only">
    ${present.map((outcome) => html`<button type="button" class="chip o-${outcome}" data-outcome="${outcome}" aria-pressed="false"><span class="mark" aria-hidden="true">${OUTCOMES[outcome].mark}</span>${outcomes[outcome]} ${OUTCOMES[outcome].words}</button>`)}
    ${isCritical.size > 0 && html`<button type="button" class="chip critical" data-critical aria-pressed="false">critical path</button>`}
  </div>
  <label><span class="hidden">Filter by name, tag or reason</span><input type="search" placeholder="Filter  ( / )" spellcheck="false" autocomplete="off" aria-keyshortcuts="/"></label>
  <output class="matches" aria-live="polite"></output>
</search>`;
}

function counts({ outcomes }: SessionReport): string {
  return OUTCOME_ORDER.filter((outcome) => outcomes[outcome] > 0)
    .map((outcome) => `${outcomes[outcome]} ${OUTCOMES[outcome].words}`)
    .join(", ");
}

function shares(outcomes: Readonly<Record<Outcome, number>>, total: number): readonly Markup[] {
  let before = 0;
  return OUTCOME_ORDER.filter((outcome) => outcomes[outcome] > 0).map((outcome) => {
    const x = before / total;
    before += outcomes[outcome];
    return html`<rect class="fill o-${outcome}" x="${percent(x)}" width="${percent(outcomes[outcome] / total)}" height="6"/>`;
  });
}
