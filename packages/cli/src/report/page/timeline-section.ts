// The session as a Gantt chart: a row for each target that started, with its phases.
import { formatDuration } from "../../render/format-amount.ts";
import type { SessionReport, TargetReport } from "../session-report.ts";
import {
  detailsLink,
  endOf,
  OUTCOMES,
  type PageSession,
  PHASE_OF,
  PHASES,
  type Phase,
  timeOf,
} from "./describe-target.ts";
import { html, type Markup } from "./markup.ts";

/** Milliseconds between two lines of the scale. */
const STEPS = [
  10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  1_800_000, 3_600_000, 7_200_000, 21_600_000, 86_400_000,
] as const;
const MOST_TICKS = 8;
/** Rows that the page shows whole; more are scrolled in a part of it. */
const MOST_ROWS = 40;
/** Milliseconds between ready and started that are worth a line. */
const SHORTEST_WAIT = 50;

export interface TimeScale {
  /** Milliseconds from the session's start to the right end. */
  readonly length: number;
  /** Milliseconds between two lines. */
  readonly step: number;
}

export function timeScale({ duration, startedAt, targets }: SessionReport): TimeScale {
  const last = targets.reduce((end, target) => Math.max(end, endOf(target) - startedAt), duration);
  const length = Math.max(1, last);
  return { length, step: STEPS.find((step) => length / step <= MOST_TICKS) ?? length };
}

export function timelineSection(session: PageSession, scale: TimeScale): Markup {
  const { criticalDuration, criticalPath, duration, targets } = session.report;
  const started = targets.filter(({ startedAt }) => startedAt !== undefined);
  const rows = [...started].sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0) || endOf(a) - endOf(b));
  const never = targets.length - rows.length;
  const phases = new Set(targets.flatMap(({ steps }) => steps.map(({ kind }) => PHASE_OF[kind])));
  return html`
<section class="panel" id="timeline" aria-labelledby="timeline-title">
  <div class="panel-head">
    <h2 id="timeline-title">Timeline</h2>
    ${session.isCritical.size > 0 && html`<p class="note"><span class="critical-key">Critical path</span> ${formatDuration(criticalDuration)} of ${formatDuration(duration)}: ${criticalPath.map((name, index) => html`${index > 0 && " → "}<a href="${detailsLink(name, session)}">${name}</a>`)}</p>`}
    <ul class="legend" aria-label="Phases">
      ${(Object.keys(PHASES) as Phase[]).filter((phase) => phases.has(phase)).map((phase) => html`<li><svg width="10" height="10" aria-hidden="true"><rect class="p-${phase}" width="10" height="10" rx="3"/></svg>${PHASES[phase]}</li>`)}
    </ul>
  </div>
  <div class="timeline ${rows.length > MOST_ROWS && "scroll"}">
    <div class="scale" aria-hidden="true"><span></span><svg width="100%" height="20">${ticks(scale)}</svg><span></span></div>
    <ol data-keys="list">${rows.map((target) => row(target, session, scale))}</ol>
  </div>
  ${never > 0 && html`<p class="note foot">${never} ${never === 1 ? "target" : "targets"} never started.</p>`}
</section>`;
}

function row(target: TargetReport, session: PageSession, { length }: TimeScale): Markup {
  const { name, outcome, startedAt = 0, steps } = target;
  const { report } = session;
  const { mark, words } = OUTCOMES[outcome];
  const at = (time: number) => percent((time - report.startedAt) / length);
  const readyAt = readyTime(target, report);
  const label = `${name}, ${words}, from ${formatDuration(startedAt - report.startedAt)}, took ${formatDuration(target.duration)}`;
  return html`
<li data-t="${session.indexOf.get(name)}" class="o-${outcome} ${session.isCritical.has(name) && "critical"}"><a href="${detailsLink(name, session)}" aria-label="${label}"><span class="mark" aria-hidden="true">${mark}</span><span class="name">${name}</span></a><svg width="100%" height="20" aria-hidden="true">${startedAt - readyAt >= SHORTEST_WAIT && html`<line class="wait" x1="${at(readyAt)}" x2="${at(startedAt)}" y1="10" y2="10"><title>waited ${formatDuration(startedAt - readyAt)} for a slot</title></line>`}<rect class="bar" x="${at(startedAt)}" width="${percent(target.duration / length)}" y="4" height="12" rx="3"><title>${label}</title></rect>${steps.map(
    (step) =>
      html`<rect class="p-${PHASE_OF[step.kind]} ${!step.succeeded && "stopped"}" x="${at(step.startedAt)}" width="${percent(step.duration / length)}" y="4" height="12" rx="2"><title>${step.title}: ${formatDuration(step.duration)}</title></rect>`,
  )}</svg><span class="time">${timeOf(target)}</span></li>`;
}

/** Time when all of its dependencies had ended. */
function readyTime({ dependsOn }: TargetReport, { startedAt, targets }: SessionReport): number {
  if (dependsOn.length === 0) return startedAt;
  const needed = new Set(dependsOn);
  return targets.reduce(
    (time, target) =>
      needed.has(target.name) ? Math.max(time, (target.startedAt ?? startedAt) + target.duration) : time,
    startedAt,
  );
}

function ticks({ length, step }: TimeScale): readonly Markup[] {
  const count = Math.floor(length / step);
  return Array.from({ length: count + 1 }, (_, index) => {
    // The last one would be cut off at the right.
    if (index > 0 && (index * step) / length > 0.95) return html``;
    return html`<text class="${index % 2 === 1 && "minor"}" x="${percent((index * step) / length)}" y="14">${formatTick(index * step, step)}</text>`;
  });
}

function formatTick(milliseconds: number, step: number): string {
  if (milliseconds === 0) return "0";
  if (step < 1000) return `${milliseconds} ms`;
  if (step < 60_000) return milliseconds < 60_000 ? `${milliseconds / 1000} s` : formatDuration(milliseconds);
  if (step < 3_600_000) return `${milliseconds / 60_000} min`;
  return `${milliseconds / 3_600_000} h`;
}

/** Of a whole that is 1. */
export function percent(part: number): string {
  return `${Math.round(part * 100_000) / 1000}%`;
}
