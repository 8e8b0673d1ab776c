// Reads a bake file in JSON: its targets in the form of sti's config, and a remark for every other part. Pure.
import { posix } from "node:path";
import { parseImageReference } from "@sti/core";
import { withDefaults } from "./compose-variables.ts";
import type { BakeTarget, Remark, WrittenBuild } from "./inspection.ts";
import { type JsonObject, listOf, objectOf, parseObject, scalarOf } from "./json-values.ts";
import { readLabels, readPath, readVariables } from "./written-build.ts";

/** Command that prints a bake file of any form as JSON, with all values in place. */
export const BAKE_PRINT = "docker buildx bake --print > docker-bake.json";

export interface BakeContent {
  readonly targets: readonly BakeTarget[];
  readonly remarks: readonly Remark[];
}

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

function readBuild(target: JsonObject, refuse: (reason: string) => void): WrittenBuild | undefined {
  const context = readPath(target.context ?? ".");
  if ("problem" in context) {
    refuse(`its context ${context.problem}`);
    return undefined;
  }
  if (target["dockerfile-inline"] !== undefined) {
    refuse("dockerfile-inline: write the Dockerfile to a file of its own");
    return undefined;
  }
  const others = Object.keys(target).filter((key) => !READ.has(key));
  if (others.length > 0) refuse(`${others.join(", ")}: no counterpart in an entry of images`);
  const [tag, ...moreTags] = listOf(target.tags).flatMap((one) => scalarOf(one) ?? []);
  if (moreTags.length > 0)
    refuse(`tags ${moreTags.join(", ")}: an image has one tag; push others by sti push`);
  return {
    context: context.path,
    dockerfile: posix.normalize(plain(target.dockerfile) ?? "Dockerfile"),
    stage: plain(target.target),
    args: readVariables(target.args, "args", refuse),
    labels: readLabels(target.labels, refuse),
    tag: tagOf(tag, refuse),
    dependsOn: [],
  };
}

/** Text of which every variable has a default. */
function plain(written: unknown): string | undefined {
  const resolved = withDefaults(scalarOf(written) ?? "");
  return "text" in resolved && resolved.text !== "" ? resolved.text : undefined;
}

/** Keys that are read, or that concern other machines and caches alone. */
const READ = new Set([
  "context",
  "dockerfile",
  "target",
  "args",
  "labels",
  "tags",
  "inherits",
  "description",
  "cache-from",
  "cache-to",
  "no-cache",
  "pull",
  "output",
]);

function tagOf(written: string | undefined, refuse: (reason: string) => void): string | undefined {
  if (written === undefined) return undefined;
  const resolved = withDefaults(written);
  const parsed = "text" in resolved ? parseImageReference(resolved.text) : resolved;
  if ("reference" in parsed && parsed.reference.digest === undefined && "text" in resolved)
    return resolved.text;
  refuse(`tag ${written} ${"problem" in parsed ? parsed.problem : "has a digest"}`);
  return undefined;
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

/** Levels of a target with texts: its fields, and their lists and maps. */
const LEVELS = 2;

/** The value with `${NAME}` as `${NAME:-default}`, by the defaults of the file's variables. */
function putDefaults(value: unknown, defaults: ReadonlyMap<string, string>, level = LEVELS): unknown {
  if (typeof value === "string") {
    return value.replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (whole, name: string) => {
      const found = defaults.get(name);
      return found === undefined || /[{}$]/.test(found) ? whole : `\${${name}:-${found}}`;
    });
  }
  if (level === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => putDefaults(one, defaults, level - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, putDefaults(one, defaults, level - 1)]),
  );
}
