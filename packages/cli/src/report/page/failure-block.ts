// A failure on the page: what failed, where that is written, why, and what to do next.
import { formatLocation } from "../../render/print-failure.ts";
import type { ReportedFailure } from "../session-report.ts";
import { html, type Markup } from "./markup.ts";

/** `target` is the heading above the block: it is not named again. */
export function failureBlock(failure: ReportedFailure, cwd: string, target?: string): Markup {
  const { detail, frame, hint, location, summary } = failure;
  const isNamed = [`apps.${target}`, `images.${target}`, target].includes(failure.subject);
  const subject = isNamed ? undefined : failure.subject;
  return html`
<div class="failure">
  <p class="summary">${subject !== undefined && html`<strong>${subject}</strong> `}${summary}</p>
  ${location !== undefined && html`<p class="place"><code>${formatLocation(location, cwd)}</code></p>`}
  ${detail !== undefined && html`<p class="detail">${detail}</p>`}
  ${frame !== undefined && html`<pre class="frame">${frame}</pre>`}
  ${hint !== undefined && html`<p class="hint"><span>Hint</span> ${hint}</p>`}
</div>`;
}
