// Ranges of dependencies: those that name files or folders, and those of catalogs. Pure.
import { type JsonObject, objectOf, pickKeys } from "./json-object.ts";

export interface PlaceRange {
  /** As written; several for a package with several patches. */
  readonly paths: readonly string[];
  readonly isPatch: boolean;
}

/** "file:x", "link:x", "portal:x", "exec:x", "patch:name@npm%3A1.0.0#x", and paths without a protocol. */
export function placeOfRange(range: string): PlaceRange | undefined {
  const [, patches] = /^patch:[^#]*#([^:]*)/s.exec(range) ?? [];
  if (range.startsWith("patch:")) return { paths: patchesOf(patches ?? ""), isPatch: true };
  const [, path] = /^(?:file|link|portal|exec):(.*)$/s.exec(range) ?? [];
  if (path !== undefined) return { paths: [withoutSlashes(path)], isPatch: false };
  const isPlain = /^(?:\.{1,2}$|\.{0,2}[/\\]|~\/)/.test(range) || /^[^:@]+\.(?:tgz|tar\.gz|tar)$/.test(range);
  return isPlain ? { paths: [range], isPatch: false } : undefined;
}

/** "catalog:name" stands for the range of that catalog, "catalog:" for that of the default one. */
export function inCatalog(catalogs: JsonObject, name: string, range: string): string {
  if (!range.startsWith("catalog:")) return range;
  const found = objectOf(catalogs[range.slice(8) || "default"])[name];
  return typeof found === "string" ? found : range;
}

/** "one&optional!two", without yarn's own. */
function patchesOf(written: string): readonly string[] {
  return written.split("&").flatMap((one) => {
    const path = one.replace(/^optional!/, "");
    return path === "" || /^~?builtin</.test(path) ? [] : [decode(path)];
  });
}

function decode(written: string): string {
  try {
    return decodeURIComponent(written);
  } catch {
    return written;
  }
}

/** "file://./x" means "x"; "file:///x" is absolute. */
function withoutSlashes(path: string): string {
  return path.replace(/^\/\/(?=[^/])/, "").replace(/^\/{2,}/, "/");
}

/** Of each catalog the entries that are used; "catalog:" alone is the one called default. */
export function pickCatalogs(
  catalogs: JsonObject,
  dependencies: readonly (readonly [name: string, range: string])[],
): JsonObject {
  const used = new Set(
    dependencies.flatMap(([name, specifier]) =>
      specifier.startsWith("catalog:") ? [`${specifier.slice(8).trim() || "default"} ${name}`] : [],
    ),
  );
  const pruned = Object.entries(catalogs).map(
    ([catalog, entries]) =>
      [catalog, pickKeys(objectOf(entries), (name) => used.has(`${catalog} ${name}`))] as const,
  );
  return Object.fromEntries(pruned.filter(([, entries]) => Object.keys(entries).length > 0));
}
