// Style of the comparison page: light and dark, wide, narrow and printed. The colours are those of the session's
// report.

export function comparePageStyle(): string {
  return `
:root {
  --ground: #f5f6f8; --card: #fff; --sunken: #f3f5f8; --text: #1a2029; --soft: #566072; --line: #e1e5eb;
  --accent: #5b46c9; --focus: #2f6fdd; --different: #c22a36; --not-compared: #946000; --identical: #17794a; --equivalent: #3768b0;
  --mono: ui-monospace, "SF Mono", SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1216; --card: #171b21; --sunken: #11151a; --text: #e4e8ee; --soft: #98a2b3; --line: #2a313b;
    --accent: #ab9bff; --focus: #7eb0ff; --different: #ff7a7a; --not-compared: #e0ac4e; --identical: #4fc38c; --equivalent: #82b1f2;
  }
}
.v-different { --c: var(--different); } .v-not-compared { --c: var(--not-compared); } .v-identical { --c: var(--identical); } .v-equivalent { --c: var(--equivalent); }
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 28px 28px 72px; max-width: 1480px; background: var(--ground); color: var(--text);
  font: 14px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; -webkit-text-size-adjust: 100%;
}
h1, h2, h3, p, dl, dd, ul, pre { margin: 0; } ul { padding: 0; list-style: none; }
h1 { font-size: 28px; line-height: 1.2; letter-spacing: -0.02em; font-weight: 650; }
h2 { font-size: 16px; font-weight: 650; } h3 { font-size: 14px; font-weight: 650; }
a { color: var(--accent); } code, pre { font-family: var(--mono); font-size: 12px; overflow-wrap: anywhere; white-space: pre-wrap; }
.soft { color: var(--soft); } .mark { color: var(--c); }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 4px; }
.skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); } .skip:focus { position: absolute; left: 28px; top: 6px; }
header { display: grid; gap: 6px; margin-bottom: 20px; padding-left: 14px; border-left: 3px solid var(--c); }
.project { color: var(--soft); } .project b { color: var(--accent); margin-right: 4px; }
main { display: grid; gap: 20px; grid-template-columns: minmax(0, 1fr); }
.panel { display: grid; gap: 12px; grid-template-columns: minmax(0, 1fr); padding: 16px 18px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; }
main > .panel { border-left: 3px solid var(--c); } header + .panel { margin-bottom: 20px; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 4px 14px; }
.badge { white-space: nowrap; } .badge.v-different { color: var(--c); font-weight: 600; }
.problem { color: var(--different); overflow-wrap: anywhere; } .note::before { content: "! "; color: var(--accent); font-weight: 650; }
.sides { display: grid; gap: 12px; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.side { display: grid; gap: 6px; align-content: start; padding: 10px 12px; background: var(--sunken); border: 1px solid var(--line); border-radius: 8px; overflow-wrap: anywhere; }
dl { display: grid; gap: 2px 12px; grid-template-columns: max-content minmax(0, 1fr); } dt { color: var(--soft); }
.level { border-top: 1px solid var(--line); padding-top: 10px; }
summary { cursor: pointer; padding: 2px 0; } .level > summary h3 { display: inline; margin-right: 10px; } summary .badge { margin-right: 10px; }
.rules { display: grid; gap: 2px; margin: 8px 0; color: var(--soft); } .rules code { color: var(--text); }
.hint { color: var(--accent); font-weight: 600; }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; } .differences { table-layout: fixed; min-width: 720px; margin-top: 8px; }
.differences th:nth-child(2), .differences td:nth-child(2) { width: 110px; }
th, td { padding: 6px 10px 6px 0; text-align: left; vertical-align: top; border-top: 1px solid var(--line); font-weight: 400; overflow-wrap: anywhere; }
thead th { color: var(--soft); font-size: 12px; border-top: 0; } tbody th { font-weight: 600; }
pre { margin-top: 4px; padding: 6px 8px; background: var(--sunken); border: 1px solid var(--line); border-radius: 6px; }
@media (max-width: 700px) { body { padding: 16px 14px 48px; } .sides { grid-template-columns: minmax(0, 1fr); } }
@media print { body { background: none; max-width: none; } .panel { break-inside: avoid; } .scroll { overflow: visible; } * { print-color-adjust: exact; } }
`;
}
