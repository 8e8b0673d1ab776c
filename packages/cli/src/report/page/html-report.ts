// The report for people: one HTML file that needs nothing else, with no request to any network. Its parts are the
// other files of this folder.
import { createHash } from "node:crypto";
import type { PrintReport } from "../report-renderer.ts";
import type { SessionReport } from "../session-report.ts";
import type { PageSession } from "./describe-target.ts";
import { failureSection } from "./failure-section.ts";
import { graphSection } from "./graph-section.ts";
import { html, type Markup, trusted } from "./markup.ts";
import { filterBar, headline, pageHeader } from "./page-header.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { targetDetails } from "./target-details.ts";
import { targetTable } from "./target-table.ts";
import { percent, timelineSection, timeScale } from "./timeline-section.ts";

export const printHtmlReport: PrintReport = (report, { cwd }) => {
  const session: PageSession = {
    report,
    cwd,
    indexOf: new Map(report.targets.map(({ name }, index) => [name, index])),
    isCritical: new Set(hasCriticalPath(report) ? report.criticalPath : []),
  };
  const scale = timeScale(report);
  const style = pageStyle({ tick: percent(scale.step / scale.length) });
  const script = pageScript();
  // Nothing but this style and this script may run or be loaded, whatever a text in the page manages to become.
  const policy = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `style-src 'sha256-${hash(style)}'`,
    `script-src 'sha256-${hash(script)}'`,
    "img-src data:",
  ].join("; ");
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${headline(report)} · sti</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#targets">Skip to the targets</a>
${pageHeader(session)}
${filterBar(session)}
<main>
${warningsOf(report)}
${failureSection(session)}
${timelineSection(session, scale)}
${graphSection(session)}
${targetTable(session)}
</main>
<aside aria-label="Details of a target">${report.targets.map((target) => targetDetails(target, session))}</aside>
<script>${trusted(script)}</script>
</body>
</html>
`;
  return page.text;
};

/** Warnings that concern no single target. */
function warningsOf({ warnings }: SessionReport): Markup | false {
  if (warnings.length === 0) return false;
  return html`<ul class="warnings" aria-label="Warnings">${warnings.map((warning) => html`<li>${warning}</li>`)}</ul>`;
}

/** Whether more than one target decided the time. */
function hasCriticalPath({ criticalPath, outcomes }: SessionReport): boolean {
  return criticalPath.length > 1 && outcomes.built + outcomes.failed > 0;
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
