// Values from a JSON or YAML file, whose types are not checked yet. Pure.

export type JsonObject = Readonly<Record<string, unknown>>;

/** A value that is no object counts as an empty one. */
export function objectOf(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The entries whose values are strings. */
export function stringsOf(value: unknown): readonly (readonly [string, string])[] {
  return Object.entries(objectOf(value)).flatMap(([key, one]) =>
    typeof one === "string" ? [[key, one]] : [],
  );
}

/** The entries whose keys are kept. */
export function pickKeys(object: JsonObject, keep: (key: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => keep(key)));
}

const STRING = String.raw`("(?:[^"\\]|\\.)*")`;
const COMMENTS = new RegExp(String.raw`${STRING}|\/\/[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`, "g");
const LAST_COMMAS = new RegExp(String.raw`${STRING}|,(?=\s*[}\]])`, "g");

/** JSON with comments, and with commas at the ends of lists. Throws a SyntaxError. */
export function parseLooseJson(text: string): unknown {
  const plain = text.replace(/^\uFEFF/, "").replaceAll(COMMENTS, "$1");
  return JSON.parse(plain.replaceAll(LAST_COMMAS, "$1"));
}
