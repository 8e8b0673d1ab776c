// Everything about one target: facts, failures, steps, its output. One of them is shown at a time, beside the page.
import type { EndedStep } from "@sti/core";
import { formatBytes, formatDuration } from "../../render/format-amount.ts";
import { formatFile } from "../../render/print-failure.ts";
import type { TargetReport } from "../session-report.ts";
import { detailsLink, OUTCOMES, type PageSession, PHASE_OF } from "./describe-target.ts";
import { failureBlock } from "./failure-block.ts";
import { html, type Markup } from "./markup.ts";
import { percent } from "./timeline-section.ts";

export function targetDetails(target: TargetReport, session: PageSession): Markup {
  const { failures, name, outcome, reason, steps, warnings } = target;
  const { mark, words } = OUTCOMES[outcome];
  const id = `t${session.indexOf.get(name)}`;
  return html`
<article class="details o-${outcome}" id="${id}" aria-labelledby="${id}-title">
  <header>
    <p class="outcome"><span class="mark" aria-hidden="true">${mark}</span> ${words}</p>
    <h2 id="${id}-title" tabindex="-1">${name}</h2>
    <a class="close" href="#targets" data-close aria-label="Close details of ${name}">✕</a>
  </header>
  <p class="reason">${reason}</p>
  ${failures.map((failure) => failureBlock(failure, session.cwd, name))}
  ${warnings.length > 0 && html`<ul class="warnings" aria-label="Warnings">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`}
  ${facts(target, session)}
  ${steps.length > 0 && html`<h3>Steps</h3><ol class="steps">${steps.map((step) => stepRow(step, target))}</ol>`}
  ${output(target, session)}
</article>`;
}

function facts(target: TargetReport, session: PageSession): Markup {
  const { dependsOn, duration, imageId, imageSize, kind, log, name, pushed, reuse, startedAt, tag } = target;
  const { report } = session;
  const neededBy = report.targets
    .filter((other) => other.dependsOn.includes(name))
    .map((other) => other.name);
  const links = (names: readonly string[]) =>
    names.map(
      (other, index) => html`${index > 0 && ", "}<a href="${detailsLink(other, session)}">${other}</a>`,
    );
  const rows: readonly (readonly [string, Markup | string | undefined | false])[] = [
    ["Kind", kind],
    ["Tag", html`<code>${tag}</code>`],
    ["Image", imageId !== undefined && html`<code>${imageId}</code>`],
    ["Size", imageSize !== undefined && formatBytes(imageSize)],
    [
      "Pushed",
      pushed !== undefined && html`<code>${pushed.reference}</code> <code>${pushed.digest ?? ""}</code>`,
    ],
    ["Build", reuse && (reuse.kind === "incremental" ? "incremental" : `clean: ${reuse.reason}`)],
    [
      "Started",
      startedAt !== undefined && `${formatDuration(startedAt - report.startedAt)} into the session`,
    ],
    ["Took", startedAt !== undefined && formatDuration(duration)],
    ["Needs", dependsOn.length > 0 && html`${links(dependsOn)}`],
    ["Needed by", neededBy.length > 0 && html`${links(neededBy)}`],
    ["Log", log !== undefined && html`<code>${formatFile(log, session.cwd)}</code>`],
  ];
  return html`<dl>${rows.map(([term, value]) => value !== undefined && value !== false && html`<dt>${term}</dt><dd>${value}</dd>`)}</dl>`;
}

/** Its bar is drawn over the target's own time. */
function stepRow(step: EndedStep, target: TargetReport): Markup {
  const start = target.startedAt ?? step.startedAt;
  const last = target.steps.at(-1) ?? step;
  const whole = Math.max(1, target.duration, last.startedAt + last.duration - start);
  return html`
<li class="${!step.succeeded && "stopped"}"><span>${step.title}</span><span class="time">${formatDuration(step.duration)}</span><svg width="100%" height="4" aria-hidden="true"><rect class="p-${PHASE_OF[step.kind]} ${!step.succeeded && "stopped"}" x="${percent((step.startedAt - start) / whole)}" width="${percent(step.duration / whole)}" height="4" rx="2"/></svg></li>`;
}

function output({ log, name, output: { left, lines } }: TargetReport, session: PageSession): Markup {
  if (lines.length === 0) return html``;
  const where = log === undefined ? "" : ` in ${formatFile(log, session.cwd)}`;
  return html`<h3>Last output</h3>
  ${left > 0 && html`<p class="note">${left} earlier ${left === 1 ? "line" : "lines"}${where}</p>`}
  <pre class="output" tabindex="0" aria-label="Last output of ${name}">${lines.join("\n")}</pre>`;
}
