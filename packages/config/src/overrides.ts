// Values given on the command line that take the place of written ones, before the config is checked.
import { type ConfigPath, type Failure, failed, type Result, success } from "@sti/core";

export interface Override {
  /** As it was given: "apps.api.tag=acme/api:ci". */
  readonly written: string;
  readonly path: ConfigPath;
  readonly value: unknown;
}

/** A value is JSON where it can be, else text. */
export function parseOverrides(written: readonly string[]): Result<readonly Override[]> {
  const overrides: Override[] = [];
  const failures: Failure[] = [];
  for (const one of written) {
    const [, keys, text] = /^([^=]+)=(.*)$/s.exec(one) ?? [];
    const path = keys?.split(".").map((key) => key.trim()) ?? [];
    if (text === undefined || path.some((key) => key === "" || key === "__proto__")) {
      failures.push({ code: "override-invalid", override: one, message: "is not KEY.KEY=VALUE" });
    } else overrides.push({ written: one, path, value: parseValue(text) });
  }
  return failures.length > 0 ? failed(failures) : success(overrides);
}

/** A copy of the config with the values in it; objects on the way are made where there are none. */
export function applyOverrides(config: unknown, overrides: readonly Override[]): Result<unknown> {
  if (overrides.length === 0) return success(config);
  const amended: unknown = structuredClone(config);
  const failures: Failure[] = [];
  for (const { path, value, written } of overrides) {
    let holder: unknown = amended;
    for (const key of path.slice(0, -1)) holder = enter(holder, key);
    if (isHolder(holder)) holder[path.at(-1) as string] = value;
    else {
      const message = "leads into a value that has no keys";
      failures.push({ code: "override-invalid", override: written, message });
    }
  }
  return failures.length > 0 ? failed(failures) : success(amended);
}

/** As it was given, the value that replaced that at a path; of several, the last one. */
export function overrideAt(path: ConfigPath, overrides: readonly Override[]): string | undefined {
  return overrides.findLast((one) => one.path.every((key, index) => String(path[index]) === key))?.written;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function enter(holder: unknown, key: string | number): unknown {
  if (!isHolder(holder)) return undefined;
  if (!Object.hasOwn(holder, key)) holder[key] = {};
  return holder[key];
}

/** Lists are entered by their indexes. */
function isHolder(value: unknown): value is Record<string | number, unknown> {
  return typeof value === "object" && value !== null;
}
