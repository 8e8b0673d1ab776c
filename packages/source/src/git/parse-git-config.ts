// Reads the text of a git config. It is a list of settings here and nothing more: no file that it includes is read, and
// nothing that it names is run.

/** As git lists it: "remote.origin.url", names of sections and keys in lower case. */
export type GitSetting = readonly [name: string, value: string];

/** The text is no git config. */
export class GitConfigError extends Error {
  /** Counted from 1. */
  readonly line: number;
  constructor(line: number) {
    super(`bad config line ${line}`);
    this.name = "GitConfigError";
    this.line = line;
  }
}

const SECTION = /\[([A-Za-z0-9.-]+)(?:[ \t]+"((?:[^"\\\n]|\\[^\n])*)")?\]/y;
const KEY = /([A-Za-z][A-Za-z0-9-]*)[ \t]*/y;
const BLANK = /(?:[ \t\n]+|[#;][^\n]*)+/y;
const ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", '"': '"', "\\": "\\" };

export function parseGitConfig(written: string): readonly GitSetting[] {
  const text = written.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");
  const settings: GitSetting[] = [];
  let at = 0;
  let section = "";
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  const invalid = () => new GitConfigError(text.slice(0, at).split("\n").length);
  for (;;) {
    take(BLANK);
    if (at >= text.length) return settings;
    const opened = take(SECTION);
    if (opened !== null) {
      const [, name = "", below] = opened;
      const inner = below === undefined ? "" : `.${below.replace(/\\(.)/g, "$1")}`;
      section = name.toLowerCase() + inner;
      continue;
    }
    const [, key] = take(KEY) ?? [];
    if (key === undefined) throw invalid();
    const name = section === "" ? key.toLowerCase() : `${section}.${key.toLowerCase()}`;
    if (text[at] === "=") {
      const read = readValue(text, at + 1);
      if (read === undefined) throw invalid();
      settings.push([name, read.value]);
      at = read.end;
    } else {
      if (at < text.length && text[at] !== "\n" && text[at] !== "#" && text[at] !== ";") throw invalid();
      settings.push([name, "true"]);
    }
  }
}

/** Up to the end of its line, or of the last of several; undefined when it is none. */
function readValue(
  text: string,
  start: number,
): { readonly value: string; readonly end: number } | undefined {
  let value = "";
  let spaces = "";
  let quoted = false;
  for (let at = start; ; at += 1) {
    const char = text[at];
    if (char === undefined || char === "\n") return quoted ? undefined : { value, end: at };
    if (!quoted && (char === " " || char === "\t")) {
      if (value !== "") spaces += char;
      continue;
    }
    if (!quoted && (char === "#" || char === ";")) {
      const end = text.indexOf("\n", at);
      return { value, end: end === -1 ? text.length : end };
    }
    if (char === '"') {
      quoted = !quoted;
      continue;
    }
    value += spaces;
    spaces = "";
    if (char !== "\\") {
      value += char;
      continue;
    }
    at += 1;
    const escaped = text[at];
    if (escaped === "\n") continue;
    const meant = escaped === undefined ? undefined : ESCAPES[escaped];
    if (meant === undefined) return undefined;
    value += meant;
  }
}
