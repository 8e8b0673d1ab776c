// The HTML document around the page. Its script and style are inline, and the only ones that may run.

export interface DocumentParts {
  readonly title: string;
  readonly style: string;
  readonly script: string;
  /** Content-Security-Policy. */
  readonly policy: string;
  /** The page as HTML. */
  readonly body: string;
  /** The parts of the page; undefined for a live page, which asks for them. */
  readonly parts: unknown;
}

export function makeDocument({ body, parts, policy, script, style, title }: DocumentParts): string {
  const data =
    parts === undefined ? "" : `<script type="application/json" id="parts">${toJson(parts)}</script>\n`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
</head>
<body>
<div id="page">${body}</div>
${data}<script>${script}</script>
</body>
</html>
`;
}

/** Nothing in it can end the element around it. */
function toJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
