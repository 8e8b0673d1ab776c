// Names and tags of targets that a config accepts, made of names that people use. Pure.
import { parseImageReference } from "@sti/core";

/** Lower-case letters, digits and single dashes: a valid part of a tag and of a target's name. "" if nothing is left. */
export function nameOf(written: string): string {
  return written
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60)
    .replace(/-$/, "");
}

/** Gives each name once; a name that occurs again gets a number. */
export function createNames(): (wanted: string) => string {
  const taken = new Set<string>();
  return (wanted) => {
    // A name of a package has a scope before it.
    const plain = wanted.replace(/^@[^/]*\//, "");
    const base = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/.test(plain) ? plain : nameOf(plain) || "app";
    let name = base;
    for (let number = 2; taken.has(name.toLowerCase()); number += 1) name = `${base}-${number}`;
    taken.add(name.toLowerCase());
    return name;
  };
}

/** Gives each tag once; `prefix`: before the slash of the tags that are made of a name. */
export function createTags(prefix: string): (wanted: string | undefined, name: string) => string {
  const taken = new Set<string>();
  const take = (tag: string): boolean => {
    const parsed = parseImageReference(tag);
    if (!("reference" in parsed) || taken.has(parsed.reference.full)) return false;
    taken.add(parsed.reference.full);
    return true;
  };
  return (wanted, name) => {
    if (wanted !== undefined && take(wanted)) return wanted;
    const own = `${prefix}/${nameOf(name)}`;
    let tag = own;
    for (let number = 2; !take(tag); number += 1) tag = `${own}-${number}`;
    return tag;
  };
}

/** The same dependencies without those that close a cycle, and without those of a target on itself. */
export function breakCycles(
  dependencies: ReadonlyMap<string, readonly string[]>,
): ReadonlyMap<string, readonly string[]> {
  const kept = new Map<string, string[]>();
  const leadsTo = (from: string, to: string): boolean => {
    const open = [from];
    const seen = new Set<string>();
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (name === to) return true;
      if (seen.has(name)) continue;
      seen.add(name);
      open.push(...(kept.get(name) ?? []));
    }
    return false;
  };
  for (const [name, needed] of dependencies) {
    kept.set(name, []);
    for (const other of needed) if (!leadsTo(other, name)) kept.get(name)?.push(other);
  }
  return kept;
}
