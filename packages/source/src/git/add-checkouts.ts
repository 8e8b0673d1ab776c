// Adds git's information to snapshots of sources on this machine: see read-checkout.ts.
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { SourceOrigin, SourceSnapshot } from "@sti/core";
import { type ReadCheckoutsOptions, readCheckouts } from "./read-checkout.ts";

/** `directory`: of the config; its work tree is the one that is asked. */
export async function addCheckouts(
  snapshots: ReadonlyMap<string, SourceSnapshot>,
  options: ReadCheckoutsOptions & { readonly directory: string },
): Promise<ReadonlyMap<string, SourceSnapshot>> {
  const places = new Map<string, readonly string[]>();
  for (const [name, { origin, revision }] of snapshots) {
    const paths = revision === undefined ? placesOf(origin) : undefined;
    if (paths !== undefined) places.set(name, await Promise.all(paths.map(resolvePath)));
  }
  const wanted = [...new Set([...places.values()].flat())];
  if (wanted.length === 0) return snapshots;
  const checkouts = await readCheckouts(options.directory, wanted, options);
  return new Map(
    [...snapshots].map(([name, snapshot]) => {
      const found = (places.get(name) ?? []).map((path) => checkouts.get(path));
      const checkout = found.includes(undefined) ? undefined : found[0];
      return [name, checkout === undefined ? snapshot : { ...snapshot, checkout }];
    }),
  );
}

/** Every file and folder that a source is read from; undefined when some of it is not on this machine. */
export function placesOf(origin: SourceOrigin): readonly string[] | undefined {
  switch (origin.kind) {
    case "folder":
      return origin.only?.map((path) => join(origin.root, path)) ?? [origin.root];
    case "file":
    case "text":
    case "archive":
      return [origin.file];
    case "git":
      return undefined;
    case "parts": {
      const places = origin.parts.map(({ snapshot }) => placesOf(snapshot.origin));
      return places.every((place) => place !== undefined) ? places.flat() : undefined;
    }
    default:
      return origin satisfies never;
  }
}

/** Git knows its work tree by its true path. The sender notices sources that vanish meanwhile. */
export async function resolvePath(path: string): Promise<string> {
  return await realpath(path).catch(() => path);
}
