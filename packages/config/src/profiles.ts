// Parts of a config that are merged into it when they are asked for, before it is checked.
import { type ConfigPath, failed, type Result, success, suggest } from "@sti/core";

/** The key of a config that holds them, by name. */
const KEY = "profiles";

/**
 * A copy of the config with these profiles in it, one after the other: objects are merged, everything else takes the
 * place of what was there.
 */
export function applyProfiles(config: unknown, names: readonly string[]): Result<unknown> {
  if (names.length === 0) return success(config);
  const profiles = isObject(config) && isObject(config[KEY]) ? config[KEY] : {};
  const unknown = names.filter((name) => !Object.hasOwn(profiles, name));
  if (unknown.length > 0) {
    const known = Object.keys(profiles);
    return failed(
      unknown.map((name) => ({ code: "profile-unknown", name, known, suggestion: suggest(name, known) })),
    );
  }
  return success(names.reduce<unknown>((merged, name) => merge(merged, profiles[name]), config));
}

/** The path at which a value was written that a config with these profiles has. */
export function pathInProfile(config: unknown, path: ConfigPath, names: readonly string[]): ConfigPath {
  const own = names.findLast((name) => hasPath(config, [KEY, name, ...path]));
  return own === undefined || path.length === 0 ? path : [KEY, own, ...path];
}

function merge(one: unknown, other: unknown): unknown {
  if (!isObject(one) || !isObject(other)) return other;
  const merged: Record<string, unknown> = { ...one };
  for (const [key, value] of Object.entries(other)) {
    merged[key] = Object.hasOwn(one, key) ? merge(one[key], value) : value;
  }
  return merged;
}

function hasPath(config: unknown, path: ConfigPath): boolean {
  let value = config;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return false;
    value = (value as Record<string | number, unknown>)[key];
  }
  return true;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
