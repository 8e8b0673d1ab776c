// The grammar of .env files, which is that of compose: a file means the same to both, or is refused here. compose also
// expands variables of the host; here only those set above in the same file count, so that a file of a checkout reads
// nothing else.

/** A place in the file, from 1, and a message that continues "line 3 …". */
export interface EnvFileProblem {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

export interface ParsedEnvFile {
  /** In the order of the file; of a name that is set twice, the last value. */
  readonly variables: Readonly<Record<string, string>>;
  readonly problems: readonly EnvFileProblem[];
}

/** `text`: without a byte order mark. */
export function parseEnvFile(text: string): ParsedEnvFile {
  const parser = new EnvFileParser(text);
  parser.parse();
  return { variables: Object.fromEntries(parser.variables), problems: parser.problems };
}

class EnvFileParser {
  readonly variables = new Map<string, string>();
  readonly problems: EnvFileProblem[] = [];
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): void {
    for (let at = 0; at < this.#text.length; ) at = this.#readStatement(at);
  }

  /** Reads the line at an offset, with the lines that its quoted value goes on in; returns the offset after it. */
  #readStatement(at: number): number {
    const end = this.#endOfLine(at);
    const line = this.#text.slice(at, end);
    const start = at + line.search(/\S|$/);
    if (start === end || this.#text[start] === "#") return end + 1;
    const match = /^\s*(?:export\s+)?([^=]*?)\s*=\s*/.exec(line);
    if (match === null) {
      const isName = /^\s*(?:export\s+)?[A-Za-z_]\w*\s*$/.test(line);
      this.#refuse(
        start,
        isName ? "has no value; list the variable in env to take the host's" : "is not NAME=value",
      );
      return end + 1;
    }
    const [before, name = ""] = match;
    const problem = nameProblem(name);
    if (problem !== undefined) {
      this.#refuse(start, problem);
      return end + 1;
    }
    const from = at + before.length;
    const quote = this.#text[from];
    return quote === '"' || quote === "'"
      ? this.#readQuoted(name, from, quote)
      : this.#readPlain(name, from, end);
  }

  #readPlain(name: string, from: number, end: number): number {
    const [value = ""] = this.#text.slice(from, end).split(" #", 1);
    if (value.startsWith("#") && /\s/.test(this.#text.charAt(from - 1))) {
      this.#refuse(
        from,
        "a value begins with # after a space; quote it, or begin the comment on a line of its own",
      );
    } else if (value.startsWith("`")) {
      this.#refuse(from, "a value in backticks would keep them; write it in single quotes");
    } else this.#set(name, this.#expand({ text: value.trimEnd(), at: from }), from);
    return end + 1;
  }

  #readQuoted(name: string, from: number, quote: string): number {
    let value = "";
    let run = from + 1;
    const endRun = (at: number) => {
      const text = this.#text.slice(run, at);
      value += quote === '"' ? this.#expand({ text, at: run }) : text;
    };
    for (let at = from + 1; at < this.#text.length; at += 1) {
      const char = this.#text.charAt(at);
      if (char === quote) {
        endRun(at);
        this.#set(name, value, from);
        return this.#readRest(at + 1);
      }
      if (char !== "\\") continue;
      endRun(at);
      const escaped = this.#readEscape(at, quote);
      value += escaped.text;
      at += escaped.length - 1;
      run = at + 1;
    }
    this.#refuse(from, `a value opens with ${quote}, and nothing closes it`);
    return this.#text.length;
  }

  /** Of a value in quotes. An escape that means nothing stays as it is. */
  #readEscape(at: number, quote: string): { readonly text: string; readonly length: number } {
    const written = this.#text.slice(at, at + 2);
    const next = written.slice(1);
    if (next === quote) return { text: quote, length: 2 };
    if (quote === "'" || !(next === "0" || Object.hasOwn(ESCAPES, next))) return { text: written, length: 2 };
    if (next !== "0") return { text: ESCAPES[next] ?? "", length: 2 };
    const digits = /^[0-3][0-7]{2}/.exec(this.#text.slice(at + 2, at + 5))?.[0];
    if (digits === undefined) this.#refuse(at, "an escape \\0 needs three octal digits, up to \\0377");
    const text = digits === undefined ? written : String.fromCharCode(Number.parseInt(digits, 8));
    return { text, length: 2 + (digits?.length ?? 0) };
  }

  /** After a value in quotes: nothing, or a comment. */
  #readRest(at: number): number {
    const end = this.#endOfLine(at);
    const rest = this.#text.slice(at, end);
    if (!/^\s*(?:#|$)/.test(rest)) {
      this.#refuse(at + rest.search(/\S/), "follows a value in quotes; begin a comment with #");
    }
    return end + 1;
  }

  /** Replaces variables by their values. */
  #expand({ at, text }: { readonly text: string; readonly at: number }): string {
    return text.replace(VARIABLE, (...found: readonly unknown[]) => {
      const [written, plain, braced, modifier = "", word = "", offset] = found as readonly (
        | string
        | undefined
      )[];
      if (written === "$$") return "$";
      const name = plain ?? braced;
      const value = name === undefined ? undefined : this.variables.get(name);
      if (value !== undefined) {
        if (modifier !== ":?" || value !== "") return substitute(value, modifier, word);
        this.#refuse(at + Number(offset), `${name} is empty${word === "" ? "" : `: ${word}`}`);
        return "";
      }
      const reason =
        name === undefined
          ? `${written} begins no variable that is understood`
          : `${name} is not set above in this file, and variables of the host are not taken`;
      this.#refuse(at + Number(offset), `${reason}; in single quotes, $ stays as it is`);
      return "";
    });
  }

  #set(name: string, value: string, at: number): void {
    if (value.includes("\0")) this.#refuse(at, "must not contain a NUL character");
    this.variables.set(name, value);
  }

  #endOfLine(at: number): number {
    const end = this.#text.indexOf("\n", at);
    return end === -1 ? this.#text.length : end;
  }

  #refuse(at: number, message: string): void {
    const before = this.#text.slice(0, at).split("\n");
    this.problems.push({ line: before.length, column: (before.at(-1)?.length ?? 0) + 1, message });
  }
}

/** Of a value in double quotes, besides \" and \0 with three octal digits. */
const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  $: "$",
  "\\": "\\",
};

/** "$$", "$NAME", "${NAME}" with a modifier as in a shell, or a "${" that opens none of these. */
const VARIABLE = /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+?])([^{}$]*))?\}|\{)/g;

/** The value of a variable that is set. */
function substitute(value: string, modifier: string, word: string): string {
  const counts = !modifier.startsWith(":") || value !== "";
  if (modifier.endsWith("+")) return counts ? word : "";
  return counts ? value : word;
}

function nameProblem(name: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return `${JSON.stringify(name)} is not a name of a variable`;
  return name === "__proto__" ? "a variable cannot be called __proto__" : undefined;
}
