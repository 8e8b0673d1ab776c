// Reads a bake file in JSON: its targets in the form of sti's config, and a remark for every other part. Pure.
import { type BakeContent, mapTexts, readBuild } from "./bake-target.ts";
import type { BakeTarget, Remark } from "./inspection.ts";
import { type JsonObject, listOf, objectOf, parseObject, scalarOf } from "./json-values.ts";

/** `file`: its name, for remarks. */
export function readBake(text: string, file: string): BakeContent {
  const written = parseObject(text);
  if (written === undefined)
    return { targets: [], remarks: [{ place: file, reason: "is not a JSON object" }] };
  const remarks: Remark[] = [];
  const all = objectOf(written.target);
  const defaults = variablesOf(objectOf(written.variable));
  const inherit = inheritance(all);
  const bases = new Set(Object.values(all).flatMap((target) => listOf(objectOf(target).inherits)));
  const targets = Object.keys(all).flatMap((name): readonly BakeTarget[] => {
    const refuse = (reason: string) => remarks.push({ place: `${file}, ${name}`, reason });
    const merged = inherit(name);
    if (merged === undefined) {
      refuse("inherits from itself, or from a target that is not there");
      return [];
    }
    // A target that others inherit from is no build of its own.
    if (bases.has(name) && merged.tags === undefined) return [];
    const build = readBuild(objectOf(putDefaults(merged, defaults)), refuse);
    return build === undefined ? [] : [{ name, file, build }];
  });
  return { targets, remarks };
}

/** Finds a target with all that it inherits; undefined in a cycle, and for a base that is not there. */
function inheritance(all: JsonObject): (name: string) => JsonObject | undefined {
  // Each target is merged once: bases that share bases would multiply otherwise. Undefined while it is merged.
  const merged = new Map<string, JsonObject | undefined>();
  const inherit = (name: string): JsonObject | undefined => {
    if (merged.has(name)) return merged.get(name);
    merged.set(name, undefined);
    if (!Object.hasOwn(all, name)) return undefined;
    const own = objectOf(all[name]);
    const bases = listOf(own.inherits).map((base) => inherit(String(base)));
    if (bases.some((base) => base === undefined)) return undefined;
    const parts = [...bases.map(objectOf), own];
    const whole: Record<string, unknown> = Object.assign({}, ...parts);
    for (const key of ["args", "labels"]) {
      if (whole[key] !== undefined)
        whole[key] = Object.assign({}, ...parts.map((part) => objectOf(part[key])));
    }
    merged.set(name, whole);
    return whole;
  };
  return inherit;
}

function variablesOf(written: JsonObject): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(written).flatMap(([name, variable]) => {
      const value = scalarOf(objectOf(variable).default);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** The value with `${NAME}` as `${NAME:-default}`, by the defaults of the file's variables. Other dollars are text. */
function putDefaults(value: unknown, defaults: ReadonlyMap<string, string>): unknown {
  return mapTexts(value, (text) =>
    text.replaceAll(/\$\$\{|\$\{([A-Za-z_]\w*)\}|\$\{|\$/g, (whole, name: string | undefined) => {
      if (whole === "$") return "$$";
      if (name === undefined) return whole;
      const found = defaults.get(name);
      return found === undefined || /[{}$]/.test(found) ? whole : `\${${name}:-${found}}`;
    }),
  );
}
