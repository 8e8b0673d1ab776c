// Names in a bake file in HCL: its targets and variables. bake evaluates the file; it prints only targets that are named
// to it. Pure.
import { listOf, objectOf, parseObject, scalarOf } from "./json-values.ts";

export interface BakeNames {
  /** In the order of the file. */
  readonly targets: readonly string[];
  readonly groups: readonly string[];
  /** Names in `inherits`. */
  readonly bases: readonly string[];
  /** Variables of text, which can have any other text in its place. */
  readonly texts: readonly string[];
  /** Variables of numbers, truth values, lists and maps. */
  readonly others: readonly string[];
}

/** Comments, here-documents, strings, and what is left of blocks: their beginnings, and braces. */
const TOKEN =
  /(?:#|\/\/).*|\/\*[\s\S]*?(?:\*\/|$)|<<-?(?<end>\w+)[\s\S]*?(?:\n[ \t]*\k<end>[ \t\r]*(?=\n|$)|$)|\b(?<kind>target|group|variable)\s+(?:"(?<quoted>[^"\n]*)"|(?<bare>[\w-]+))\s*\{|"(?:[^"\\\n]|\\.)*"?|[{}]/g;

/** Names that bake accepts; none is an option of it. */
const NAME = /^\w[\w-]*$/;

interface Block {
  readonly kind: string;
  readonly name: string;
  readonly body: string;
}

export function scanBake(text: string): BakeNames {
  const blocks = blocksOf(text).filter(({ name }) => NAME.test(name));
  const ofKind = (kind: string) => blocks.filter((block) => block.kind === kind);
  const names = (found: readonly Block[]) => [...new Set(found.map(({ name }) => name))];
  const variables = ofKind("variable");
  return {
    targets: names(ofKind("target")),
    groups: names(ofKind("group")),
    bases: ofKind("target").flatMap(({ body }) => listIn(body, "inherits")),
    texts: names(variables.filter(({ body }) => !isOther(body))),
    others: names(variables.filter(({ body }) => isOther(body))),
  };
}

/** The same of a file in JSON, which can be an override of one in HCL. */
export function scanBakeJson(text: string): BakeNames {
  const written = parseObject(text) ?? {};
  const names = (key: string) => Object.keys(objectOf(written[key])).filter((name) => NAME.test(name));
  const isText = (name: string) => {
    const value = objectOf(objectOf(written.variable)[name]).default;
    return value === undefined || value === null || typeof value === "string";
  };
  return {
    targets: names("target"),
    groups: names("group"),
    bases: Object.values(objectOf(written.target)).flatMap((target) =>
      listOf(objectOf(target).inherits).flatMap((name) => scalarOf(name) ?? []),
    ),
    texts: names("variable").filter(isText),
    others: names("variable").filter((name) => !isText(name)),
  };
}

/** Blocks of the top level. */
function blocksOf(text: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly kind: string; readonly name: string; readonly start: number } | undefined;
  let depth = 0;
  for (const match of text.matchAll(TOKEN)) {
    const { bare, kind, quoted } = match.groups ?? {};
    if (kind !== undefined || match[0] === "{") {
      if (depth === 0 && kind !== undefined)
        open = { kind, name: quoted ?? bare ?? "", start: match.index + match[0].length };
      depth += 1;
    } else if (match[0] === "}") {
      depth -= 1;
      if (depth !== 0 || open === undefined) continue;
      const { start, ...block } = open;
      blocks.push({ ...block, body: text.slice(start, match.index) });
      open = undefined;
    }
  }
  return blocks;
}

function listIn(body: string, key: string): readonly string[] {
  const [, list = ""] = new RegExp(`\\b${key}\\s*=\\s*\\[([^\\]]*)\\]`).exec(body) ?? [];
  return [...list.matchAll(/"([^"]*)"/g)].map(([, name = ""]) => name);
}

/** Whether the default is neither a text nor missing. */
function isOther(body: string): boolean {
  return /\bdefault\s*=\s*(?!"|null\b|<<)\S/.test(body);
}
