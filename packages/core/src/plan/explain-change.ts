// Differences between two builds of a target: those of the inputs of their keys, and of their sources' files. Pure.
import type { SourceSnapshot } from "../source/source.ts";
import type { SourceFiles } from "./build-record.ts";
import type { Cause, FilesCause, RootCause, VariableKind } from "./cause.ts";
import { DEFAULT_TIME } from "./flags.ts";
import type { AppFields, ImageFields, KeyPreimage, NamedValues, PreimageImage } from "./key.ts";
import { compareFiles } from "./source-files.ts";

/** Number of files that a cause names. */
const NAMED_FILES = 10;

/** An earlier build. */
export interface EarlierBuild {
  readonly preimage: KeyPreimage;
  /** Undefined where they are not known. */
  readonly files: SourceFiles | undefined;
}

/** The build that is compared with it. */
export interface NextBuild {
  readonly preimage: KeyPreimage;
  readonly snapshot: SourceSnapshot;
  /** The user's name of a file, by its path inside the source. */
  readonly nameOf: (path: string) => string;
  /** Whether a path of the source is an input of the app's dependency layer. */
  readonly isDependency: (path: string) => boolean;
  /** An image entry's Dockerfile, as users call it. */
  readonly dockerfile: string;
  /** The reason for which another target's image differs from the earlier build's. */
  readonly because: (target: string, ids: { readonly from: string; readonly to: string }) => RootCause | null;
}

/** Smallest first. Empty when the keys are the same. */
export function explainChange(previous: EarlierBuild, next: NextBuild): readonly Cause[] {
  const [before, after] = [previous.preimage, next.preimage];
  if (before.schema !== after.schema) {
    return [{ kind: "schema-changed", from: before.schema, to: after.schema }];
  }
  const files = explainFiles(previous, next);
  const causes: readonly Cause[] = [
    ...files,
    ...explainDockerfile(before, next, files),
    ...explainVariables(before, after),
    ...explainFields(before, after),
    ...explainImages(before, next),
    ...explainDependencies(before, next),
    ...(before.time === after.time
      ? []
      : [{ kind: "time-changed" as const, from: setTime(before.time), to: setTime(after.time) }]),
  ];
  // Sorting keeps the order of equally small ones.
  return [...causes].sort((a, b) => sizeOf(a) - sizeOf(b));
}

function sizeOf(cause: Cause): number {
  return cause.kind === "files" ? cause.count : 1;
}

function explainFiles(previous: EarlierBuild, next: NextBuild): readonly Cause[] {
  if (previous.preimage.source === next.preimage.source) return [];
  const changes = previous.files === undefined ? undefined : compareFiles(previous.files, next.snapshot);
  if (changes === undefined || changes.size === 0) return [{ kind: "source-changed" }];
  return [...changes].flatMap(([change, paths]) => {
    const causeOf = (some: readonly string[]): readonly FilesCause[] =>
      some.length === 0
        ? []
        : [
            {
              kind: "files",
              change,
              files: some.slice(0, NAMED_FILES).map(next.nameOf),
              count: some.length,
            },
          ];
    const inputs = causeOf(paths.filter(next.isDependency));
    return [
      ...inputs.map((cause) => ({ ...cause, dependencies: true as const })),
      ...causeOf(paths.filter((path) => !next.isDependency(path))),
    ];
  });
}

/** A Dockerfile that is one of the context's files, too, is reported once. */
function explainDockerfile(
  before: KeyPreimage,
  { dockerfile, preimage }: NextBuild,
  files: readonly Cause[],
): readonly Cause[] {
  if (before.dockerfile === preimage.dockerfile || pathOf(before) !== pathOf(preimage)) return [];
  const isNamed = files.some((cause) => cause.kind === "files" && cause.files.includes(dockerfile));
  return isNamed ? [] : [{ kind: "dockerfile-edited", file: dockerfile }];
}

function pathOf({ target }: KeyPreimage): string | undefined {
  return target.kind === "image" ? target.dockerfile : undefined;
}

function explainVariables(before: KeyPreimage, after: KeyPreimage): readonly Cause[] {
  const [old, fresh] = [variablesOf(before), variablesOf(after)];
  return KINDS.flatMap((of) => {
    const [olds, news] = [new Map(old[of]), new Map(fresh[of])];
    const changed = (name: string, change: "added" | "removed" | "changed"): Cause => ({
      kind: "variable-changed",
      of,
      name,
      change,
    });
    return [...new Set([...news.keys(), ...olds.keys()])].flatMap((name) => {
      if (!olds.has(name)) return [changed(name, "added")];
      if (!news.has(name)) return [changed(name, "removed")];
      return olds.get(name) === news.get(name) ? [] : [changed(name, "changed")];
    });
  });
}

const KINDS: readonly VariableKind[] = ["env", "buildEnv", "args", "secrets", "labels", "git"];

function variablesOf({ labels, target }: KeyPreimage): Readonly<Record<VariableKind, NamedValues>> {
  const none = { env: [], buildEnv: [], args: [], secrets: [], git: [] };
  const secrets = (target.secrets ?? []).map((name) => [name, ""] as const);
  if (target.kind === "image") return { ...none, labels, args: target.args, secrets };
  const { buildEnv, env, git = true } = target;
  return { ...none, labels, env, buildEnv, secrets, git: git === true ? [] : git };
}

function explainFields(before: KeyPreimage, after: KeyPreimage): readonly Cause[] {
  const [old, fresh] = [fieldsOf(before.target), fieldsOf(after.target)];
  return [...new Set([...Object.keys(fresh), ...Object.keys(old)])].flatMap((field) => {
    const [from, to] = [old[field] ?? null, fresh[field] ?? null];
    return from === to ? [] : [{ kind: "field-changed", field, from, to }];
  });
}

/** The config's other fields, by their keys there; none of it is secret. */
function fieldsOf(target: AppFields | ImageFields): Readonly<Record<string, string | null>> {
  if (target.kind === "image") {
    const { dockerfile, network = "default", platform = null, stage } = target;
    return { dockerfile, stage, network, platform };
  }
  const { git, network, scripts, user, workspace } = target;
  const gitText = git === undefined ? null : git === true ? "true" : "{ key: true }";
  const addHosts = target.hosts.length === 0 ? null : target.hosts.join(", ");
  return { scripts, workspace, network, addHosts, user, git: gitText };
}

function explainImages(before: KeyPreimage, next: NextBuild): readonly Cause[] {
  const after = next.preimage;
  if (after.target.kind === "image") return explainFrom(before, next);
  return (["build-image", "runtime-image"] as const).flatMap((role): readonly Cause[] => {
    const find = (images: readonly PreimageImage[]) => images.find((image) => image.role === role);
    const [old, fresh] = [find(before.images), find(after.images)];
    if (old?.identity === fresh?.identity) return [];
    if (old !== undefined && fresh !== undefined && isSame(old, fresh))
      return [explainMove(old, fresh, next)];
    const field = role === "build-image" ? "buildImage" : "runtimeImage";
    return [{ kind: "field-changed", field, from: old?.name ?? null, to: fresh?.name ?? null }];
  });
}

/** A Dockerfile's images change with its text or its arguments; only an image in both builds can have moved. */
function explainFrom(before: KeyPreimage, next: NextBuild): readonly Cause[] {
  return next.preimage.images.flatMap((fresh) => {
    const old = before.images.find((image) => isSame(image, fresh));
    return old === undefined || old.identity === fresh.identity ? [] : [explainMove(old, fresh, next)];
  });
}

function isSame(one: PreimageImage, other: PreimageImage): boolean {
  return one.name === other.name && one.isTarget === other.isTarget;
}

function explainMove(old: PreimageImage, fresh: PreimageImage, next: NextBuild): Cause {
  const ids = { from: old.id, to: fresh.id };
  if (!fresh.isTarget) return { kind: "image-moved", image: fresh.name, ...ids };
  return { kind: "target-changed", target: fresh.name, ...ids, because: next.because(fresh.name, ids) };
}

function explainDependencies(before: KeyPreimage, next: NextBuild): readonly Cause[] {
  const old = new Map(before.dependencies.map((image) => [image.target, image]));
  const fresh = new Map(next.preimage.dependencies.map((image) => [image.target, image]));
  const named = new Set(next.preimage.images.map((image) => image.name));
  const [names, newNames] = [[...old.keys()].join(", "), [...fresh.keys()].join(", ")];
  if (names !== newNames && old.size === fresh.size && [...old.keys()].every((name) => fresh.has(name))) {
    return [{ kind: "field-changed", field: "dependsOn", from: names, to: newNames }];
  }
  return [...new Set([...fresh.keys(), ...old.keys()])].flatMap((target): readonly Cause[] => {
    const [from, to] = [old.get(target), fresh.get(target)];
    if (from?.identity === to?.identity) return [];
    if (from === undefined) return [{ kind: "dependency", target, change: "added" }];
    if (to === undefined) return [{ kind: "dependency", target, change: "removed" }];
    if (named.has(target)) return [];
    const ids = { from: from.id, to: to.id };
    return [{ kind: "target-changed", target, ...ids, because: next.because(target, ids) }];
  });
}

function setTime(time: number): number | null {
  return time === DEFAULT_TIME ? null : time;
}
