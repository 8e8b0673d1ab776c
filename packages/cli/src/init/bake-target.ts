// A target of a bake file as an entry of images. Its texts have variables in the form of compose files. Pure.
import { posix } from "node:path";
import { parseImageReference } from "@sti/core";
import { withDefaults } from "./compose-variables.ts";
import type { BakeTarget, Remark, WrittenBuild } from "./inspection.ts";
import { type JsonObject, listOf, scalarOf } from "./json-values.ts";
import { readLabels, readPath, readVariables } from "./written-build.ts";

export interface BakeContent {
  readonly targets: readonly BakeTarget[];
  readonly remarks: readonly Remark[];
}

/** Levels of a target with texts: its fields, and their lists and maps. */
const LEVELS = 2;

/** The value with each text in it replaced. */
export function mapTexts(value: unknown, change: (text: string) => string, level = LEVELS): unknown {
  if (typeof value === "string") return change(value);
  if (level === 0 || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change, level - 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, mapTexts(one, change, level - 1)]),
  );
}

/** Undefined, after a call of `refuse`, if sti cannot build it. */
export function readBuild(target: JsonObject, refuse: (reason: string) => void): WrittenBuild | undefined {
  const context = readPath(target.context ?? ".");
  if ("problem" in context) {
    refuse(`its context ${context.problem}`);
    return undefined;
  }
  if (target["dockerfile-inline"] !== undefined) {
    refuse("dockerfile-inline: write the Dockerfile to a file of its own");
    return undefined;
  }
  const hints = new Map(Object.entries(HINTS));
  for (const [key, hint] of hints) if (target[key] !== undefined) refuse(`${key}: ${hint}`);
  const others = Object.keys(target).filter((key) => !READ.has(key) && !hints.has(key));
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

/** Keys whose counterpart has another form. */
const HINTS = {
  contexts: "name the tag of the other entry in FROM and COPY --from",
  secret: "write it as secrets of the entry",
  network: "write it as network of the entry",
} as const;

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
