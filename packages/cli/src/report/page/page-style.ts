// Style of the page: light and dark, wide, narrow and printed. Colours are named once at the top.

/** `tick` is the distance of two lines of the time scale, in percent of its width. */
export function pageStyle({ tick }: { readonly tick: string }): string {
  return `
:root {
  --ground: #f5f6f8; --card: #fff; --sunken: #f3f5f8; --text: #1a2029; --soft: #566072; --line: #e1e5eb;
  --accent: #5b46c9; --focus: #2f6fdd;
  --failed: #c22a36; --skipped: #946000; --cancelled: #667085; --built: #17794a; --restored: #0f7489; --up-to-date: #3768b0;
  --pull: #3b93a8; --send: #9a8637; --build: #5b7fd6; --save: #8f76c9; --push: #c77aa8;
  --shadow: 0 1px 2px rgb(16 24 40 / 6%), 0 1px 8px rgb(16 24 40 / 4%);
  --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1216; --card: #171b21; --sunken: #11151a; --text: #e4e8ee; --soft: #98a2b3; --line: #2a313b;
    --accent: #ab9bff; --focus: #7eb0ff;
    --failed: #ff7a7a; --skipped: #e0ac4e; --cancelled: #98a2b3; --built: #4fc38c; --restored: #5cc8dc; --up-to-date: #82b1f2;
    --pull: #58b4c9; --send: #c4b063; --build: #7d9cf0; --save: #a78fe2; --push: #d98fbb;
    --shadow: 0 0 0 1px rgb(255 255 255 / 3%);
  }
}
.o-failed { --c: var(--failed); } .o-skipped { --c: var(--skipped); } .o-cancelled { --c: var(--cancelled); }
.o-built { --c: var(--built); } .o-restored { --c: var(--restored); } .o-up-to-date { --c: var(--up-to-date); }
* { box-sizing: border-box; }
html { scroll-padding-top: 64px; -webkit-text-size-adjust: 100%; }
body {
  margin: 0 auto; padding: 28px 28px 72px; max-width: 1480px; background: var(--ground); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2, h3, p, dl, ol, ul, pre { margin: 0; }
h1 { font-size: 28px; line-height: 1.2; letter-spacing: -0.02em; font-weight: 650; }
h2 { font-size: 16px; font-weight: 650; } h3 { font-size: 14px; font-weight: 650; }
ol, ul { padding: 0; list-style: none; }
a { color: inherit; text-decoration: none; } a:hover { text-decoration: underline; }
code, pre { font-family: var(--mono); font-size: 12px; } code { overflow-wrap: anywhere; }
.mark { color: var(--c); } .time, .number, .note, .when { color: var(--soft); }
.note a { color: var(--text); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
h2[tabindex]:focus-visible, .details:focus-visible { outline: none; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.skip { position: absolute; left: -999px; } .skip:focus { left: 28px; top: 6px; }

.top { display: grid; gap: 6px; }
.project { color: var(--soft); } .project b { color: var(--accent); letter-spacing: 0.02em; margin-right: 4px; }
.when b { color: var(--text); font-weight: 600; }
.share { display: block; margin-top: 12px; border-radius: 3px; background: var(--line); }
.fill { fill: var(--c); }

.filter {
  display: flex; flex-wrap: wrap; align-items: center; justify-content: flex-end; gap: 8px 12px; position: sticky; top: 0; z-index: 3;
  margin: 0 -28px 18px; padding: 12px 28px; background: var(--ground);
}
.filter nav { display: flex; gap: 4px; margin: 0 auto 0 -8px; }
.filter nav a { padding: 4px 8px; border-radius: 6px; color: var(--soft); }
.filter nav a:hover { color: var(--text); background: var(--card); text-decoration: none; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; }
button, input {
  font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 999px;
  padding: 3px 12px; min-height: 30px;
}
button { cursor: pointer; } button:hover { border-color: var(--soft); }
.chip .mark { margin-right: 6px; }
.chip.critical { --c: var(--accent); }
.chip[aria-pressed="true"] { border-color: var(--c); box-shadow: inset 0 0 0 1px var(--c); color: var(--c); }
input { width: 190px; border-radius: 8px; } input::placeholder { color: var(--soft); opacity: 1; }
.matches { color: var(--soft); display: none; } .filtered .matches { display: block; } .matches::after { content: attr(data-text); }
html:not(.js) :is(.chips, .filter label, .tools) { display: none; }

main { container-type: inline-size; display: grid; gap: 20px; grid-template-columns: minmax(0, 1fr); }
.panel, .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); }
.panel-head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 16px; padding: 14px 18px 12px; }
.panel .foot { padding: 8px 18px 12px; border-top: 1px solid var(--line); }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; margin-left: auto; color: var(--soft); font-size: 12px; }
.legend svg { margin-right: 5px; }
.critical-key { color: var(--accent); font-weight: 600; }
.p-pull { fill: var(--pull); } .p-send { fill: var(--send); } .p-build { fill: var(--build); }
.p-save { fill: var(--save); } .p-push { fill: var(--push); } .stopped { fill: var(--failed); }

.failures { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); }
.card { padding: 14px 18px; border-left: 3px solid var(--c); display: grid; gap: 10px; grid-template-columns: minmax(0, 1fr); }
.failure { display: grid; gap: 6px; grid-template-columns: minmax(0, 1fr); }
.summary { font-size: 15px; overflow-wrap: anywhere; white-space: pre-line; }
.place code { color: var(--accent); } .detail { color: var(--soft); white-space: pre-wrap; overflow-wrap: anywhere; }
.hint { overflow-wrap: anywhere; white-space: pre-line; }
.hint span { color: var(--accent); font-weight: 600; margin-right: 4px; }
pre { padding: 10px 12px; overflow: auto; background: var(--sunken); border: 1px solid var(--line); border-radius: 8px; line-height: 1.55; tab-size: 4; }
.details pre.output { max-height: 60vh; }

.scroll { overflow: auto; max-height: min(68vh, 720px); } .timeline, .graph { border-top: 1px solid var(--line); }
.timeline .scale, .timeline li { display: grid; grid-template-columns: minmax(90px, 210px) minmax(0, 1fr) 68px; align-items: center; padding-right: 12px; }
.timeline .scale { position: sticky; top: 0; z-index: 1; background: var(--card); border-bottom: 1px solid var(--line); height: 28px; }
.timeline .scale text { fill: var(--soft); font-size: 11px; }
.timeline svg { display: block; overflow: visible; }
.timeline li { height: 26px; position: relative; }
.timeline li > svg { position: relative; z-index: 1; cursor: pointer; height: 26px; padding: 3px 0; background-image: linear-gradient(to right, var(--line) 1px, transparent 1px); background-size: ${tick} 100%; }
.timeline li a { display: flex; gap: 8px; min-width: 0; padding: 0 10px 0 18px; }
.timeline li a::after { content: ""; position: absolute; inset: 0; }
.timeline li a:focus-visible { outline: none; } .timeline li a:focus-visible::after { outline: 2px solid var(--focus); outline-offset: -2px; border-radius: 4px; }
.timeline .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.timeline .time { text-align: right; font-size: 12px; }
.timeline li:hover, tbody tr:hover { background: color-mix(in srgb, var(--focus) 6%, transparent); }
li.current, tr.current { background: color-mix(in srgb, var(--focus) 12%, transparent) !important; }
.timeline li.critical .name { font-weight: 650; }
.bar { fill: color-mix(in srgb, var(--c) 30%, var(--card)); stroke: var(--c); stroke-width: 1; }
.critical .bar { stroke: var(--accent); stroke-width: 3; paint-order: stroke; }
.wait { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 1 4; opacity: 0.8; }

.tools { display: flex; gap: 4px; margin-left: auto; align-self: center; }
.tools button { min-width: 30px; padding: 2px 9px; border-radius: 8px; }
.graph { background: var(--sunken); border-radius: 0 0 12px 12px; } .graph svg { display: block; margin: 0 auto; }
.block { fill: color-mix(in srgb, var(--card) 55%, transparent); stroke: var(--line); }
.edge { fill: none; stroke: color-mix(in srgb, var(--soft) 45%, var(--sunken)); stroke-width: 1.5; } .dense .edge { stroke-width: 1; opacity: 0.6; }
.edge.critical { stroke: var(--accent); stroke-width: 2.5; opacity: 1; }
.looking .edge:not(.near) { opacity: 0.15; } .looking .edge.near { stroke: var(--focus); stroke-width: 2; opacity: 1; }
.box rect { fill: var(--card); stroke: var(--line); } .box:hover rect { stroke: var(--soft); }
.box text { fill: var(--text); font-size: 13px; } .box .mark { fill: var(--c); } .box .time { fill: var(--soft); font-size: 12px; text-anchor: end; }
.box.o-failed rect { fill: color-mix(in srgb, var(--failed) 10%, var(--card)); stroke: var(--failed); }
.box.critical rect { stroke: var(--accent); stroke-width: 2; } .box.current rect { stroke: var(--focus); stroke-width: 3; }
.box:hover { text-decoration: none; } .box:focus-visible { outline: none; } .box:focus-visible rect { stroke: var(--focus); stroke-width: 3; }

table { width: 100%; border-collapse: collapse; }
th, td { padding: 6px 10px; text-align: left; vertical-align: baseline; border-top: 1px solid var(--line); font-weight: 400; }
th:first-child { padding-left: 18px; } td:last-child, thead th:last-child { padding-right: 18px; }
thead th { color: var(--soft); font-size: 12px; white-space: nowrap; }
thead button { all: unset; cursor: pointer; } thead button:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; }
thead button:hover { color: var(--text); } [aria-sort="ascending"] button::after { content: " ↑"; } [aria-sort="descending"] button::after { content: " ↓"; }
tbody th { font-weight: 600; min-width: 120px; overflow-wrap: anywhere; } .number { text-align: right; white-space: nowrap; }
td.outcome { white-space: nowrap; } td.why { overflow-wrap: anywhere; } td.tag { color: var(--soft); }
tbody tr { position: relative; } tbody th a::after { content: ""; position: absolute; inset: 0; }
tbody th a:focus-visible { outline: none; } tbody th a:focus-visible::after { outline: 2px solid var(--focus); outline-offset: -2px; border-radius: 4px; }
li.out, tr.out, .card.out { display: none !important; } .box.out { opacity: 0.22; } .filtered .edge, .filtered .block { opacity: 0.35; }

.details { display: none; }
.details.open, html:not(.js) .details:target {
  display: grid; gap: 14px; align-content: start; grid-auto-rows: max-content; grid-template-columns: minmax(0, 1fr); position: fixed; z-index: 5; inset: 0 0 0 auto; width: min(520px, 100vw);
  overflow: auto; padding: 20px 24px 48px; background: var(--card); border-left: 1px solid var(--line);
  box-shadow: -8px 0 32px rgb(0 0 0 / 14%);
}
.details header { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; }
.details h2 { font-size: 20px; letter-spacing: -0.01em; overflow-wrap: anywhere; grid-row: 2; } .details .outcome { color: var(--c); font-weight: 600; }
.details .close { grid-row: 1; grid-column: 2; display: grid; place-items: center; width: 32px; height: 32px; border-radius: 8px; color: var(--soft); }
.details .close:hover { background: var(--sunken); text-decoration: none; color: var(--text); }
.details dl { display: grid; grid-template-columns: 84px minmax(0, 1fr); gap: 5px 12px; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
.details dd a, .critical-key ~ a { text-decoration: underline; text-decoration-color: var(--line); text-underline-offset: 3px; }
.details .failure { padding: 12px 14px; border-radius: 8px; border-left: 3px solid var(--failed); background: color-mix(in srgb, var(--failed) 7%, var(--card)); }
.details .reason { color: var(--soft); overflow-wrap: anywhere; } .details:has(.failure) .reason { display: none; }
.warnings li { padding: 8px 12px; border-radius: 8px; border-left: 3px solid var(--skipped); background: color-mix(in srgb, var(--skipped) 8%, var(--card)); overflow-wrap: anywhere; }
.warnings { display: grid; gap: 6px; }
.steps { display: grid; gap: 8px; } .steps li { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 3px 12px; overflow-wrap: anywhere; }
.steps svg { grid-column: 1 / -1; display: block; background: var(--sunken); border-radius: 2px; } .steps li.stopped > span:first-child { color: var(--failed); }
@media (min-width: 1180px) { .with-details body { margin-right: 520px; } }

@media (max-width: 760px) {
  body { padding: 18px 14px 48px; } .filter { margin: 0 -14px 14px; padding: 10px 14px; position: static; } h1 { font-size: 23px; }
  .filter label { flex: 1; } input { width: 100%; min-width: 150px; }
}
@container (max-width: 760px) {
  .legend { margin-left: 0; } .panel-head { padding: 12px 14px; } .minor { display: none; }
  .timeline .scale, .timeline li { grid-template-columns: minmax(112px, 26%) minmax(0, 1fr) 54px; padding-right: 10px; } .timeline li a { padding: 0 8px 0 12px; gap: 6px; }
  thead { display: none; } table, tbody { display: block; }
  tbody tr { display: grid; grid-template-columns: minmax(0, 1fr) auto auto; gap: 0 12px; padding: 8px 14px; border-top: 1px solid var(--line); }
  tbody th, tbody td { padding: 0 !important; border: 0; } tbody th { grid-column: 1; } td.outcome { order: 2; grid-column: 2 / -1; }
  td.why { order: 3; grid-column: 1 / -1; color: var(--soft); } td.number { order: 5; } td.tag { order: 4; grid-column: 1; }
}
@media print {
  :root { --ground: #fff; --shadow: none; } body { padding: 0; max-width: none; margin: 0 !important; }
  .filter, .tools, .skip, aside { display: none !important; }
  .scroll, pre { max-height: none !important; overflow: visible; white-space: pre-wrap; } .graph svg { max-width: 100%; height: auto; }
  .card, tr, .timeline li { break-inside: avoid; } * { print-color-adjust: exact; }
}
`;
}
