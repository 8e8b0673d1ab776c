// Counts turns of phrase that make English hard to read: in prose per 1,000 words, in comments by how they begin.

export interface ProseCount {
  readonly words: number;
  /** Occurrences of "what". */
  readonly what: number;
  /** Of "tell", "say" and their forms. */
  readonly tell: number;
}

export interface CommentCount {
  readonly comments: number;
  /** Those whose first word begins a clause in place of a noun. */
  readonly clauses: readonly Clause[];
}

export interface Clause {
  /** From 1 on. */
  readonly line: number;
  readonly text: string;
}

const TELL = /\b(?:tell|tells|telling|told|say|says|saying|said)\b/gi;
const WHAT = /\bwhat(?:ever)?\b/gi;
const CLAUSE = /^(?:what|which|who|whom|whose|where|when|why|how)(?:ever)?\b/i;

/** `text` is Markdown; code blocks, code in lines, links' targets and comments do not count. */
export function countProse(text: string): ProseCount {
  const prose = text
    .replace(/^```[^\n]*\n[\s\S]*?^```/gm, "")
    .replace(/<!--[\s\S]*?-->/g, "")
    .replace(/`[^`\n]*`/g, "")
    .replace(/\]\([^)]*\)/g, "]");
  const count = (pattern: RegExp) => prose.match(pattern)?.length ?? 0;
  return { words: count(/[\p{L}\d][\p{L}\d'’-]*/gu), what: count(WHAT), tell: count(TELL) };
}

/** Comments of a TypeScript source; lines of `//` that follow each other are one. */
export function countComments(source: string): CommentCount {
  const comments = listComments(source);
  return { comments: comments.length, clauses: comments.filter(({ text }) => CLAUSE.test(text)) };
}

/** Directives for tools are no comments. */
const DIRECTIVE = /^(?:biome-ignore|@ts-|@vitest|shellcheck|#)/;
/** On a line of its own, or after code. */
const LINE = /^\s*\/\/+\s?(.*)$|[;,{}()\]>]\s+\/\/\s(.*)$/;
const BLOCK = /^\s*\/\*+\s*(.*?)\s*(\*+\/)?\s*$/;

function listComments(source: string): readonly Clause[] {
  const found: Clause[] = [];
  let open = false;
  let untitled = false;
  let previous = -1;
  const add = (line: number, text: string) => {
    if (text !== "" && !DIRECTIVE.test(text)) found.push({ line, text });
  };
  for (const [index, text] of source.split("\n").entries()) {
    if (open) {
      const words = text
        .replace(/^[\s*]+/, "")
        .replace(/\*+\/\s*$/, "")
        .trim();
      if (untitled && words !== "") add(index + 1, words);
      if (words !== "") untitled = false;
      if (text.includes("*/")) open = false;
      continue;
    }
    const block = BLOCK.exec(text);
    if (block !== null) {
      add(index + 1, block[1] ?? "");
      open = block[2] === undefined;
      untitled = block[1] === "";
      continue;
    }
    const line = LINE.exec(text);
    if (line === null) continue;
    const isOwn = line[1] !== undefined;
    if (!(isOwn && previous === index)) add(index + 1, (line[1] ?? line[2] ?? "").trim());
    if (isOwn) previous = index + 1;
  }
  return found;
}
