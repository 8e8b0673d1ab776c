// A comparison for people: one HTML file that needs nothing else, with both sides beside each other. Nothing in
// it runs: what opens and closes is the browser's own.
import { createHash } from "node:crypto";
import type { Difference, LevelVerdict, PairVerdict } from "@sti/core";
import { comparePageStyle } from "./compare-page-style.ts";
import type { ComparedPair, ComparedSide, PairsReport } from "./compared-pairs.ts";
import { VERDICT_ORDER, VERDICTS } from "./describe-level.ts";
import { html, type Markup, trusted } from "./markup.ts";

export function printComparePage(report: PairsReport): string {
  const { how, met, pairs, require, subject, verdict } = report;
  const style = comparePageStyle();
  const policy = [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    `style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'`,
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
<title>${subject} compared: ${VERDICTS[verdict].words} · sti</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
<a class="skip" href="#pairs">Skip to the comparison</a>
<header class="v-${verdict}">
  <p class="project"><b>sti compare</b> ${how}</p>
  <h1>${headline(report)}</h1>
  <p class="soft">${require} is required: <b class="v-${met ? "identical" : "different"} mark">${met ? "enough" : "not enough"}</b></p>
</header>
${pairs.length > 1 && overview(pairs)}
<main id="pairs">${pairs.map((pair, index) => section(pair, index))}</main>
</body>
</html>
`;
  return page.text;
}

function headline({ pairs, verdict }: PairsReport): string {
  if (pairs.length === 1) return VERDICTS[verdict].words.replace(/^./, (letter) => letter.toUpperCase());
  return VERDICT_ORDER.toReversed()
    .flatMap((one) => {
      const { length } = pairs.filter((pair) => pair.verdict === one);
      return length === 0 ? [] : [`${length} ${VERDICTS[one].words}`];
    })
    .join(", ");
}

const LEVELS = ["config", "files", "behaviour"] as const;

function overview(pairs: readonly ComparedPair[]): Markup {
  return html`
<section class="panel" aria-labelledby="overview">
  <h2 id="overview">Overview</h2>
  <div class="scroll" tabindex="0" role="group" aria-label="Overview of the apps"><table>
    <thead><tr><th scope="col">App</th><th scope="col">Verdict</th>${LEVELS.map((level) => html`<th scope="col">${level}</th>`)}</tr></thead>
    <tbody>${pairs.map(
      (pair, index) =>
        html`<tr><th scope="row"><a href="#pair-${index}">${pair.name}</a></th><td>${badge(pair.verdict)}</td>${LEVELS.map(
          (name) => {
            const level = pair.comparison?.levels.find((one) => one.level === name);
            return html`<td>${level === undefined ? "–" : badge(level.verdict)}</td>`;
          },
        )}</tr>`,
    )}</tbody>
  </table></div>
</section>`;
}

function badge(verdict: PairVerdict): Markup {
  return html`<span class="badge v-${verdict}"><span class="mark" aria-hidden="true">${VERDICTS[verdict].mark}</span> ${VERDICTS[verdict].words}</span>`;
}

function section(pair: ComparedPair, index: number): Markup {
  const { comparison, left, name, notes, problem, right, verdict } = pair;
  return html`
<section class="panel v-${verdict}" id="pair-${index}" aria-labelledby="title-${index}">
  <div class="head"><h2 id="title-${index}">${name}</h2>${badge(verdict)}</div>
  ${problem !== undefined && html`<p class="problem">${problem}</p>`}
  ${notes.map((note) => html`<p class="note">${note}</p>`)}
  <div class="sides">${side(left, "Left")}${side(right, "Right")}</div>
  ${(comparison?.levels ?? []).filter(({ level }) => level !== "cost").map(levelBlock)}
</section>`;
}

const CODE: readonly string[] = ["image", "base", "log"];

function side({ facts, label }: ComparedSide, name: string): Markup {
  return html`<div class="side"><h3>${label}</h3><dl aria-label="${name}">
${facts.map(([key, value]) => html`<dt>${key}</dt><dd>${CODE.includes(key) ? html`<code>${value}</code>` : value}</dd>`)}
</dl></div>`;
}

function levelBlock(level: LevelVerdict): Markup {
  const { covered, different, differences, note, rules, verdict } = level;
  const counting = differences.filter(({ rule }) => rule === undefined);
  const under = differences.filter(({ rule }) => rule !== undefined);
  const amount = [
    ...(different > 0 ? [`${different} ${different === 1 ? "difference" : "differences"}`] : []),
    ...(covered > 0 ? [`${covered} covered by rules`] : []),
    ...(note === undefined ? [] : [note]),
  ].join(" · ");
  return html`
<details class="level" ${different > 0 && html`open`}>
  <summary><h3>${level.level}</h3>${badge(verdict)}<span class="soft">${amount}</span></summary>
  ${counting.length > 0 && differenceTable(counting)}
  ${different > counting.length && html`<p class="soft">and ${different - counting.length} more</p>`}
  ${rules.length > 0 && html`<ul class="rules" aria-label="Rules that fired">${rules.map(({ about, count, name }) => html`<li><code>${name}</code> ${count} × ${about}</li>`)}</ul>`}
  ${under.length > 0 && html`<details><summary>Covered differences</summary>${differenceTable(under)}</details>`}
</details>`;
}

function differenceTable(differences: readonly Difference[]): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Differences"><table class="differences">
<thead><tr><th scope="col">Where</th><th scope="col">What</th><th scope="col">Left</th><th scope="col">Right</th></tr></thead>
<tbody>${differences.map(
    ({ hint, left, origin, path, right, rule, what }) => html`<tr>
<th scope="row"><code>${path ?? ""}</code>${origin !== undefined && html` <span class="soft">from the ${origin}</span>`}${hint !== undefined && html` <span class="hint">${hint.kind}</span>`}${rule !== undefined && html` <span class="soft">${rule}</span>`}</th>
<td>${what}</td><td>${value(left, hint?.left)}</td><td>${value(right, hint?.right)}</td></tr>`,
  )}</tbody></table></div>`;
}

function value(text: string | null, hint: string | undefined): Markup {
  const shown = text === null ? html`<span class="soft">nothing</span>` : html`<code>${text}</code>`;
  return html`${shown}${hint !== undefined && html`<pre>${hint}</pre>`}`;
}
