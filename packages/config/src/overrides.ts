// Values given on the command line that take the place of written ones, before the config is checked.
import { type ConfigPath, type Failure, failed, type Result, success } from "@sti/core";

export interface Override {
  /** As it was given: "apps.api.tag=acme/api:ci". */
  readonly written: string;
  readonly keys: readonly WrittenKey[];
  readonly value: unknown;
}

/** A part of the path: between dots, or in brackets, which is a key whatever it holds. */
interface WrittenKey {
  readonly text: string;
  readonly isExact: boolean;
}

/** A place that an override has set. */
export interface Overridden {
  readonly written: string;
  readonly path: ConfigPath;
}

export interface Amended {
  readonly config: unknown;
  readonly overridden: readonly Overridden[];
}

/** A value is JSON where it can be, else text. */
export function parseOverrides(written: readonly string[]): Result<readonly Override[]> {
  const overrides: Override[] = [];
  const failures: Failure[] = [];
  for (const one of written) {
    const path = /^(?:\[(?:"(?:[^"\\]|\\.)*"|\d+)\]|[^=["])+(?==)/.exec(one)?.[0];
    const keys = path === undefined ? undefined : parseKeys(path);
    if (path === undefined || keys === undefined) {
      failures.push({ code: "override-invalid", override: one, message: "is not KEY.KEY=VALUE" });
    } else overrides.push({ written: one, keys, value: parseValue(one.slice(path.length + 1)) });
  }
  return failures.length > 0 ? failed(failures) : success(overrides);
}

/**
 * A copy of the config with the values in it; objects on the way are made where there are none. A key of the config
 * may hold dots: the longest one counts. A `*` stands for any part of a key that is there.
 */
export function applyOverrides(config: unknown, overrides: readonly Override[]): Result<Amended> {
  const overridden: Overridden[] = [];
  if (overrides.length === 0) return success({ config, overridden });
  const amended: unknown = structuredClone(config);
  const failures: Failure[] = [];
  for (const { keys, value, written } of overrides) {
    const places = findPlaces(amended, keys);
    for (const { holder, key, path } of places) {
      if (isHolder(holder)) {
        holder[key] = value;
        overridden.push({ written, path });
      } else {
        const message = "leads into a value that has no keys";
        failures.push({ code: "override-invalid", override: written, message });
      }
    }
    if (places.length > 0) continue;
    failures.push({ code: "override-invalid", override: written, message: "matches nothing in the config" });
  }
  return failures.length > 0 ? failed(failures) : success({ config: amended, overridden });
}

/**
 * As it was given, the value that replaced that at a path, or that made an object around it, which `config` lacks; of
 * several, the last one.
 */
export function overrideAt(
  path: ConfigPath,
  overridden: readonly Overridden[],
  config: unknown,
): string | undefined {
  return overridden.findLast((one) =>
    one.path.slice(0, firstMade(one.path, config)).every((key, index) => String(path[index]) === String(key)),
  )?.written;
}

/** Number of keys up to the first one that the config lacks; all if it lacks none. */
function firstMade(path: ConfigPath, config: unknown): number {
  let holder = config;
  for (const [index, key] of path.entries()) {
    if (!isHolder(holder) || !Object.hasOwn(holder, key)) return index + 1;
    holder = holder[key];
  }
  return path.length;
}

/** Undefined where one of them is none. */
function parseKeys(path: string): readonly WrittenKey[] | undefined {
  const keys: WrittenKey[] = [];
  for (const [index, part] of (path.match(/\["(?:[^"\\]|\\.)*"\]|\[\d+\]|\.?[^.[]*/g) ?? []).entries()) {
    if (part === "") continue;
    const quoted = part.startsWith("[") ? parseQuoted(part.slice(1, -1)) : undefined;
    if (quoted !== undefined) keys.push({ text: quoted, isExact: true });
    else {
      const isAfterDot = part.startsWith(".");
      if (isAfterDot === (index === 0)) return undefined;
      keys.push({ text: part.slice(isAfterDot ? 1 : 0).trim(), isExact: false });
    }
  }
  return keys.length === 0 || keys.some(({ text }) => text === "" || text === "__proto__") ? undefined : keys;
}

/** The text in brackets: a JSON string or an index. */
function parseQuoted(written: string): string | undefined {
  const value = parseValue(written);
  return value === written ? undefined : String(value);
}

interface Place {
  readonly holder: unknown;
  readonly key: string;
  readonly path: readonly string[];
}

/** The places that the keys lead to, none where a pattern matches nothing. */
function findPlaces(
  config: unknown,
  keys: readonly WrittenKey[],
  path: readonly string[] = [],
): readonly Place[] {
  const steps = matchKeys(config, keys);
  return steps.flatMap(({ key, length }) => {
    const rest = keys.slice(length);
    if (rest.length === 0) return [{ holder: config, key, path: [...path, key] }];
    return findPlaces(enter(config, key), rest, [...path, key]);
  });
}

/** The keys of a value that the first of the written ones mean, and how many of these. */
function matchKeys(
  value: unknown,
  keys: readonly WrittenKey[],
): readonly { readonly key: string; readonly length: number }[] {
  const [first] = keys;
  if (first === undefined) return [];
  if (!first.isExact && first.text.includes("*")) {
    const text = first.text.replace(/[.+?^${}()|\\]/g, "\\$&").replaceAll("*", ".*");
    const pattern = new RegExp(`^${text}$`, "s");
    const present = isHolder(value) ? Object.keys(value) : [];
    return present.filter((key) => pattern.test(key)).map((key) => ({ key, length: 1 }));
  }
  const dotted = first.isExact ? 1 : keys.findIndex(({ isExact }) => isExact);
  for (let length = dotted === -1 ? keys.length : dotted; length > 1 && isHolder(value); length -= 1) {
    const key = keys
      .slice(0, length)
      .map(({ text }) => text)
      .join(".");
    if (Object.hasOwn(value, key)) return [{ key, length }];
  }
  return [{ key: first.text, length: 1 }];
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function enter(holder: unknown, key: string): unknown {
  if (!isHolder(holder)) return undefined;
  if (!Object.hasOwn(holder, key)) holder[key] = {};
  return holder[key];
}

/** Lists are entered by their indexes. */
function isHolder(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
