// The report for people: one HTML file that needs nothing else, with no request to any network. The page itself is in
// packages/cli/page; here it gets its parts and its policy.
import { createHash } from "node:crypto";
import { makeDocument, renderPage, script, style } from "virtual:page";
import type { SessionView } from "@sti/core";
import { type PageContext, pageParts } from "./page-parts.ts";
import type { PageHistory } from "./page-state.ts";

/** `histories`: of the targets, by name. */
export function printPage(
  session: SessionView,
  context: PageContext,
  histories: ReadonlyMap<string, PageHistory> = new Map(),
): string {
  const earlier = [...histories].filter(([name, { count }]) => count > 0 && session.targets.has(name));
  const parts = [
    ...pageParts(session, context),
    ...earlier.map(([name, history]) => [`history/${name}`, history] as const),
  ];
  const { body, style: ownStyle, title } = renderPage(parts);
  const whole = `${style}${ownStyle}`;
  return makeDocument({ title, style: whole, script, policy: policyOf(whole), body, parts });
}

/** The document of a live page, and the policy that its server sends with it. */
export function livePage(): { readonly text: string; readonly policy: string } {
  const policy = `${policyOf(style)}; connect-src 'self'`;
  const text = makeDocument({ title: "sti", style, script, policy, body: "", parts: undefined });
  return { text, policy };
}

/** Nothing but this style and the page's script may run or be loaded, whatever a text in the page manages to become. */
function policyOf(allowedStyle: string): string {
  return [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `style-src 'sha256-${hash(allowedStyle)}'`,
    `script-src 'sha256-${hash(script)}'`,
    "img-src data:",
  ].join("; ");
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
