// Dependencies that yarn 2 and later adds to packages of the registry without a trace in its lockfile: by its own list of
// faulty packages, and by `packageExtensions` of its settings. Pure.
import { packageExtensions } from "@yarnpkg/extensions";
import { satisfies } from "semver";
import { type JsonObject, objectOf, stringsOf } from "./json-object.ts";
import type { Dependency } from "./workspace-manifest.ts";

/** Dependencies that a package of this name and version gets in addition; its own outrank them. */
export type FindExtensions = (name: string, version: string) => readonly Dependency[];

interface Extension {
  readonly range: string;
  readonly dependencies: readonly Dependency[];
}

/** `written`: yarn's `packageExtensions`, by "name@range". */
export function createExtensions(written: JsonObject): FindExtensions {
  const byName = new Map<string, Extension[]>();
  for (const [pattern, fields] of [...packageExtensions, ...Object.entries(written)]) {
    const [, name, range] = /^(@?[^@]+)@(.+)$/.exec(pattern) ?? [];
    const dependencies = stringsOf(objectOf(fields).dependencies);
    if (name === undefined || range === undefined || dependencies.length === 0) continue;
    byName.set(name, [...(byName.get(name) ?? []), { range, dependencies }]);
  }
  return (name, version) =>
    (byName.get(name) ?? []).flatMap(({ dependencies, range }) =>
      satisfies(version, range, { includePrerelease: true }) ? dependencies : [],
    );
}
