// The graph of targets as a drawing: from dependencies, on the left, to their dependents.
import { cutText } from "../../render/line.ts";
import type { TargetReport } from "../session-report.ts";
import { detailsLink, OUTCOMES, type PageSession, timeOf } from "./describe-target.ts";
import { BOX, type GraphEdge, layOutGraph, type Place } from "./graph-layout.ts";
import { html, type Markup } from "./markup.ts";

/** Lines from which on they are drawn thinner. */
const DENSE = 60;

export function graphSection(session: PageSession): Markup {
  const { targets } = session.report;
  const drawing = layOutGraph(targets);
  const { height, width } = drawing;
  // The last drawn edge lies on top.
  const critical = drawing.edges.filter((edge) => isCriticalEdge(edge, session));
  const others = drawing.edges.filter((edge) => !critical.includes(edge));
  return html`
<section class="panel" id="graph" aria-labelledby="graph-title">
  <div class="panel-head">
    <h2 id="graph-title">Graph</h2>
    <p class="note">What is needed stands left of what needs it. Lines that others imply are left out.</p>
    <div class="tools" role="group" aria-label="Size of the graph">
      <button type="button" data-zoom="out" aria-label="Smaller">−</button>
      <button type="button" data-zoom="fit">Fit</button>
      <button type="button" data-zoom="in" aria-label="Larger">+</button>
    </div>
  </div>
  <div class="scroll graph ${drawing.edges.length > DENSE && "dense"}" tabindex="-1" data-keys="graph">
    <svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="Graph of ${targets.length} targets">
      ${drawing.blocks.map((block) => html`<rect class="block" x="${round(block.x)}" y="${round(block.y)}" width="${round(block.width)}" height="${round(block.height)}" rx="12"/>`)}
      ${others.map((edge) => drawEdge(edge, session, false))}
      ${critical.map((edge) => drawEdge(edge, session, true))}
      ${targets.map((target) => drawBox(target, drawing.boxes.get(target.name) ?? { x: 0, y: 0 }, session))}
    </svg>
  </div>
</section>`;
}

function drawBox(target: TargetReport, { x, y }: Place, session: PageSession): Markup {
  const { dependsOn, name, outcome } = target;
  const { mark, words } = OUTCOMES[outcome];
  const time = timeOf(target);
  const needs = dependsOn.length === 0 ? "" : `, needs ${dependsOn.join(", ")}`;
  const label = `${name}, ${words}${time === "" ? "" : `, ${time}`}${needs}`;
  const columns = 20 - (time === "" ? 0 : time.length);
  return html`
<a href="${detailsLink(name, session)}" class="box o-${outcome} ${session.isCritical.has(name) && "critical"}" data-t="${session.indexOf.get(name)}" aria-label="${label}" transform="translate(${round(x)} ${round(y)})"><title>${label}</title><rect width="${BOX.width}" height="${BOX.height}" rx="7"/><text class="mark" x="12" y="22">${mark}</text><text x="30" y="22">${cutText(name, Math.max(8, columns))}</text><text class="time" x="${BOX.width - 10}" y="22">${time}</text></a>`;
}

/** It knows its ends, so that the lines of one target can be shown alone. */
function drawEdge({ from, path, to }: GraphEdge, { indexOf }: PageSession, critical: boolean): Markup {
  const ends = [...from, ...to].map((name) => indexOf.get(name) ?? "").join(" ");
  return html`<path class="edge ${critical && "critical"}" data-ends="${ends}" d="${path}"/>`;
}

function isCriticalEdge({ from, to }: GraphEdge, { isCritical }: PageSession): boolean {
  const path = [...isCritical];
  return path.some((name, index) => from.includes(name) && to.includes(path[index + 1] ?? ""));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
