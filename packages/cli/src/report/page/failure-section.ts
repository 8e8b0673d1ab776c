// Failures, first on the page: each with its last lines and the targets skipped because of it.
import type { SessionReport, TargetReport } from "../session-report.ts";
import { detailsLink, type PageSession } from "./describe-target.ts";
import { failureBlock } from "./failure-block.ts";
import { html, type Markup } from "./markup.ts";

/** Failures that are written out; the others are listed by name. */
const WRITTEN_OUT = 10;
const SHOWN_LINES = 20;

/** Empty where nothing failed. */
export function failureSection(session: PageSession): Markup {
  const { failures, targets } = session.report;
  const failed = targets.filter(({ outcome }) => outcome === "failed");
  if (failed.length + failures.length === 0) return html``;
  const others = failed.slice(WRITTEN_OUT);
  return html`
<section class="failures" id="failures" aria-labelledby="failures-title">
  <h2 id="failures-title">What failed</h2>
  ${failures.map((failure) => html`<article class="card o-failed">${failureBlock(failure, session.cwd)}</article>`)}
  ${failed.slice(0, WRITTEN_OUT).map((target) => card(target, session))}
  ${others.length > 0 && html`<p class="note">${others.length} more failed: ${others.map((target, index) => html`${index > 0 && ", "}<a href="${detailsLink(target.name, session)}">${target.name}</a>`)}</p>`}
</section>`;
}

function card(target: TargetReport, session: PageSession): Markup {
  const { failures, name, output } = target;
  const lines = output.lines.slice(-SHOWN_LINES);
  const skipped = countSkipped(name, session.report);
  return html`
<article class="card o-failed" data-t="${session.indexOf.get(name)}">
  <h3><span class="mark" aria-hidden="true">✖</span> <a href="${detailsLink(name, session)}">${name}</a></h3>
  ${failures.map((failure) => failureBlock(failure, session.cwd, name))}
  ${lines.length > 0 && html`<pre class="output" tabindex="0" aria-label="Last output of ${name}">${lines.join("\n")}</pre>`}
  ${skipped > 0 && html`<p class="note">${skipped} ${skipped === 1 ? "target" : "targets"} that ${skipped === 1 ? "needs" : "need"} it ${skipped === 1 ? "was" : "were"} skipped.</p>`}
</article>`;
}

/** Skipped targets that need this one, also by way of others. */
function countSkipped(failed: string, { targets }: SessionReport): number {
  const without = new Set([failed]);
  for (const { dependsOn, name, outcome } of targets) {
    if (outcome === "skipped" && dependsOn.some((other) => without.has(other))) without.add(name);
  }
  return without.size - 1;
}
