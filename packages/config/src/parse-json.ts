// Strict JSON (no comments, no trailing commas) with the place of every value and of the first mistake.
// JSON.parse gives no place for many mistakes, none at all for values, and accepts a key that is given twice.
import type { PositionTree } from "./position-tree.ts";

export type ParsedData =
  | { readonly ok: true; readonly value: unknown; readonly positions: () => PositionTree }
  | { readonly ok: false; readonly offset: number; readonly message: string };

const DEEPEST = 200;
const SPACE = /[ \t\r\n]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings may not hold control characters
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /(?:true|false|null)\b/y;

export function parseJson(text: string): ParsedData {
  const reader: Reader = { text, offset: text.startsWith("\uFEFF") ? 1 : 0 };
  try {
    skipSpace(reader);
    if (reader.offset === text.length) throw new JsonMistake(0, "the file is empty");
    const root = readValue(reader, 0);
    skipSpace(reader);
    if (reader.offset < text.length) throw unexpected(reader, "the end of the file");
    return { ok: true, value: root.value, positions: () => root.tree };
  } catch (error) {
    if (!(error instanceof JsonMistake)) throw error;
    return { ok: false, offset: error.offset, message: error.message };
  }
}

interface Reader {
  readonly text: string;
  offset: number;
}

interface Read {
  readonly value: unknown;
  readonly tree: PositionTree;
}

class JsonMistake extends Error {
  readonly offset: number;
  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

function readValue(reader: Reader, depth: number): Read {
  if (depth > DEEPEST) throw new JsonMistake(reader.offset, `values are nested more than ${DEEPEST} deep`);
  const offset = reader.offset;
  const first = reader.text[offset];
  if (first === "{") return readObject(reader, depth);
  if (first === "[") return readList(reader, depth);
  const literal =
    first === '"' ? take(reader, STRING) : (take(reader, NUMBER) ?? take(reader, WORD) ?? undefined);
  if (literal === undefined) throw unexpected(reader, "a value");
  return { value: JSON.parse(literal), tree: { offset } };
}

function readObject(reader: Reader, depth: number): Read {
  const offset = reader.offset;
  const members: [string, unknown][] = [];
  const entries = new Map<string, { offset: number; value: PositionTree }>();
  for (const at of elements(reader, "}")) {
    const written = take(reader, STRING);
    if (written === undefined) throw unexpected(reader, "a key in double quotes");
    const key: string = JSON.parse(written);
    if (entries.has(key)) throw new JsonMistake(at, `the key ${written} is given twice`);
    skipSpace(reader);
    if (reader.text[reader.offset] !== ":") throw unexpected(reader, `":" after the key ${written}`);
    reader.offset += 1;
    skipSpace(reader);
    const member = readValue(reader, depth + 1);
    members.push([key, member.value]);
    entries.set(key, { offset: at, value: member.tree });
  }
  return { value: Object.fromEntries(members), tree: { offset, entries } };
}

function readList(reader: Reader, depth: number): Read {
  const offset = reader.offset;
  const value: unknown[] = [];
  const entries = new Map<number, { offset: number; value: PositionTree }>();
  for (const at of elements(reader, "]")) {
    const element = readValue(reader, depth + 1);
    entries.set(value.length, { offset: at, value: element.tree });
    value.push(element.value);
  }
  return { value, tree: { offset, entries } };
}

/** The offset of each element up to `close`; the caller reads the element before it asks for the next. */
function* elements(reader: Reader, close: string): Generator<number> {
  reader.offset += 1;
  skipSpace(reader);
  if (reader.text[reader.offset] === close) {
    reader.offset += 1;
    return;
  }
  while (true) {
    yield reader.offset;
    skipSpace(reader);
    const next = reader.text[reader.offset];
    if (next !== "," && next !== close) throw unexpected(reader, `"," or "${close}"`);
    const comma = reader.offset;
    reader.offset += 1;
    if (next === close) return;
    skipSpace(reader);
    if (reader.text[reader.offset] === close) {
      throw new JsonMistake(comma, "JSON has no comma after the last entry");
    }
  }
}

function skipSpace(reader: Reader): void {
  take(reader, SPACE);
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.offset;
  const found = pattern.exec(reader.text)?.[0];
  if (found !== undefined) reader.offset += found.length;
  return found;
}

function unexpected({ text, offset }: Reader, expected: string): JsonMistake {
  if (offset >= text.length) return new JsonMistake(offset, `expected ${expected}, but the file ends`);
  if (/^\/[/*]|^#/.test(text.slice(offset, offset + 2))) {
    return new JsonMistake(offset, "JSON has no comments; a .yaml or .ts config has");
  }
  if (text[offset] === '"') {
    return new JsonMistake(offset, "this string is not closed, or has an escape that JSON does not know");
  }
  return new JsonMistake(offset, `expected ${expected}, but found ${JSON.stringify(text[offset])}`);
}
