// Variables and quotes in one word of a Dockerfile, as the engine's frontend replaces them. Pure.

/**
 * Undefined when the word needs a variable that is not known, or a form of replacement that is not: `$X`,
 * `${X}`, `${X:-word}`, `${X-word}`, `${X:+word}` and `${X+word}` are known.
 */
export function expandVariables(
  word: string,
  variables: ReadonlyMap<string, string>,
  escapeCharacter: string,
): string | undefined {
  const scan: Scan = { word, variables, escapeCharacter, position: 0 };
  return expandUntil(scan, undefined);
}

interface Scan {
  readonly word: string;
  readonly variables: ReadonlyMap<string, string>;
  readonly escapeCharacter: string;
  position: number;
}

/** Expands to the end of the word, or to `end`, which is left behind the position. */
function expandUntil(scan: Scan, end: "}" | undefined): string | undefined {
  let text: string | undefined = "";
  let quote: string | undefined;
  while (scan.position < scan.word.length) {
    const character = scan.word.charAt(scan.position);
    scan.position += 1;
    if (quote === undefined && character === end) return text;
    let piece: string | undefined = character;
    if (character === quote) {
      quote = undefined;
      piece = "";
    } else if (quote === undefined && (character === '"' || character === "'")) {
      quote = character;
      piece = "";
    } else if (character === scan.escapeCharacter && quote !== "'") {
      piece = scan.word.charAt(scan.position);
      scan.position += 1;
    } else if (character === "$" && quote !== "'") {
      piece = expandOne(scan);
    }
    text = text === undefined || piece === undefined ? undefined : text + piece;
  }
  // A brace or a quote that is never closed.
  return end === undefined && quote === undefined ? text : undefined;
}

/** The position is behind the "$". */
function expandOne(scan: Scan): string | undefined {
  const braced = scan.word.charAt(scan.position) === "{";
  if (braced) scan.position += 1;
  const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(scan.word.slice(scan.position))?.[0];
  if (name === undefined) return braced ? undefined : "$";
  scan.position += name.length;
  const value = scan.variables.get(name);
  if (!braced) return value;

  const operator = /^(?:\}|:?[-+])/.exec(scan.word.slice(scan.position))?.[0];
  if (operator === undefined) return undefined;
  scan.position += operator.length;
  if (operator === "}") return value;
  const word = expandUntil(scan, "}");
  const isSet = operator.startsWith(":") ? value !== undefined && value !== "" : value !== undefined;
  if (operator.endsWith("-")) return isSet ? value : word;
  return isSet ? word : "";
}
