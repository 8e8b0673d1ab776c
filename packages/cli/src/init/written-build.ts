// Parts of builds that compose files and bake files write alike. Pure.
import { posix } from "node:path";
import { interpolate, withDefaults } from "./compose-variables.ts";
import type { Value } from "./inspection.ts";
import { objectOf, scalarOf } from "./json-values.ts";

const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** A folder of the project, as of FolderView. */
export function readPath(written: unknown): { readonly path: string } | { readonly problem: string } {
  if (typeof written !== "string") return { problem: "is not a path" };
  const resolved = withDefaults(written);
  if ("problem" in resolved) return resolved;
  if (/^[a-z][a-z0-9+.-]*:|^git@|^[A-Za-z]:\\/i.test(resolved.text))
    return { problem: `is not a folder: ${resolved.text}` };
  const path = posix.normalize(resolved.text.replaceAll("\\", "/")).replace(/\/$/, "");
  if (posix.isAbsolute(path) || path === ".." || path.startsWith("../") || path.startsWith("~"))
    return { problem: `is outside the folder: ${resolved.text}` };
  return { path: path === "." ? "" : path };
}

/** Variables as a map, or as a list of "NAME=value" and "NAME". */
export function readVariables(
  written: unknown,
  key: string,
  refuse: (reason: string) => void,
): Readonly<Record<string, Value>> {
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(written)
    ? written.flatMap((item) => (typeof item === "string" ? [splitPair(item)] : []))
    : Object.entries(objectOf(written));
  return Object.fromEntries(
    entries.flatMap(([name, value]): readonly (readonly [string, Value])[] => {
      if (!VARIABLE_NAME.test(name)) {
        refuse(`${key}: ${JSON.stringify(name)} is not the name of a variable`);
        return [];
      }
      // A name alone passes the variable on.
      if (value === undefined || value === null) return [[name, { fromHost: name }]];
      const interpolated = interpolate(scalarOf(value) ?? "");
      if ("value" in interpolated) return [[name, interpolated.value]];
      refuse(`${key}.${name} ${interpolated.problem}; add it by hand`);
      return [];
    }),
  );
}

export function readLabels(
  written: unknown,
  refuse: (reason: string) => void,
): Readonly<Record<string, string>> {
  const entries: readonly (readonly [string, unknown])[] = Array.isArray(written)
    ? written.flatMap((item) => (typeof item === "string" ? [splitPair(item)] : []))
    : Object.entries(objectOf(written));
  return Object.fromEntries(
    entries.flatMap(([name, value]): readonly (readonly [string, string])[] => {
      const resolved = withDefaults(scalarOf(value) ?? "");
      if ("text" in resolved && name !== "" && !name.startsWith("sti.")) return [[name, resolved.text]];
      refuse(`label ${name} ${"problem" in resolved ? resolved.problem : "is written by sti itself"}`);
      return [];
    }),
  );
}

function splitPair(item: string): readonly [string, string | undefined] {
  const equals = item.indexOf("=");
  return equals < 0 ? [item, undefined] : [item.slice(0, equals), item.slice(equals + 1)];
}
