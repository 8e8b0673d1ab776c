// Owns the grammar of `WWW-Authenticate`: how a registry wants to know who asks.

export interface Challenge {
  /** In lower case: "bearer", "basic". */
  readonly scheme: string;
  /** By name in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const PARAMETER = new RegExp(`(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))`, "y");
const SCHEME = new RegExp(`(${TOKEN})(?=[ \\t,]|$)`, "y");
/** Credentials in place of parameters, as in "Negotiate a87421==". */
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*(?=[ \t]*(?:,|$))/y;
const SEPARATOR = /[ \t,]*/y;
/** Characters. A header that is longer is no challenge. */
const LONGEST = 16_384;

/**
 * The challenges of all headers of that name, in their order. Reading ends at the first part that is not grammatical: the
 * challenges before it count.
 */
export function parseChallenges(headers: string | readonly string[] | undefined): readonly Challenge[] {
  return [headers ?? []].flat().flatMap(parseHeader);
}

function parseHeader(header: string): readonly Challenge[] {
  if (header.length > LONGEST) return [];
  const challenges: { readonly scheme: string; readonly parameters: Record<string, string> }[] = [];
  let at = 0;
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at = pattern.lastIndex;
    return match;
  };
  for (take(SEPARATOR); at < header.length; take(SEPARATOR)) {
    const parameter = take(PARAMETER);
    const current = challenges.at(-1);
    if (parameter !== null) {
      const [, name = "", quoted, plain = ""] = parameter;
      if (current === undefined) break;
      current.parameters[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, "$1") ?? plain;
      continue;
    }
    const scheme = take(SCHEME)?.[1];
    if (scheme !== undefined)
      challenges.push({ scheme: scheme.toLowerCase(), parameters: Object.create(null) });
    else if (current === undefined || take(TOKEN68) === null) break;
  }
  return challenges;
}
