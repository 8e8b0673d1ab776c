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
