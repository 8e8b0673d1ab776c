// All targets as a table: how each ended and why, how long it took, its image.
import { formatBytes } from "../../render/format-amount.ts";
import type { TargetReport } from "../session-report.ts";
import { detailsLink, OUTCOMES, type PageSession, timeOf } from "./describe-target.ts";
import { html, type Markup } from "./markup.ts";

export function targetTable(session: PageSession): Markup {
  return html`
<section class="panel" id="targets" aria-labelledby="targets-title">
  <div class="panel-head"><h2 id="targets-title">Targets</h2></div>
  <table data-keys="list">
    <thead><tr>
      <th scope="col" aria-sort="none"><button type="button" data-sort="name">Target</button></th>
      <th scope="col" aria-sort="none"><button type="button" data-sort="outcome">Outcome</button></th>
      <th scope="col">Why</th>
      <th scope="col" aria-sort="none" class="number"><button type="button" data-sort="time">Time</button></th>
      <th scope="col" aria-sort="none" class="number"><button type="button" data-sort="size">Image</button></th>
      <th scope="col">Tag</th>
    </tr></thead>
    <tbody>${session.report.targets.map((target) => row(target, session))}</tbody>
  </table>
</section>`;
}

function row(target: TargetReport, session: PageSession): Markup {
  const { duration, imageSize, name, outcome, reason, tag } = target;
  const index = session.indexOf.get(name);
  const { mark, words } = OUTCOMES[outcome];
  const size = imageSize === undefined ? "" : formatBytes(imageSize);
  const rank = Object.keys(OUTCOMES).indexOf(outcome);
  return html`
<tr data-t="${index}" data-name="${name}" data-outcome="${rank}" data-time="${duration}" data-size="${imageSize ?? 0}" class="o-${outcome} ${session.isCritical.has(name) && "critical"}"><th scope="row"><a href="${detailsLink(name, session)}">${name}</a></th><td class="outcome"><span class="mark" aria-hidden="true">${mark}</span> ${words}</td><td class="why">${why(target, reason)}</td><td class="number">${timeOf(target)}</td><td class="number">${size}</td><td class="tag"><code>${tag}</code></td></tr>`;
}

function why({ reuse, pushed, warnings }: TargetReport, reason: string): string {
  return [
    reason,
    ...(reuse === undefined ? [] : [reuse.kind === "incremental" ? "incremental" : `clean: ${reuse.reason}`]),
    ...(pushed === undefined ? [] : ["pushed"]),
    ...(warnings.length === 0
      ? []
      : [`${warnings.length} ${warnings.length === 1 ? "warning" : "warnings"}`]),
  ].join(" · ");
}
