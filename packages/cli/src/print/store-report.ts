// The images of a store as lines for people and as JSON for programs, listed or removed. Pure.
import { LABEL, type StoredImage } from "@sti/core";
import { formatBytes } from "../render/format-amount.ts";
import { formatTime, shortKey } from "../render/format-moment.ts";
import { sanitizeLine } from "../render/sanitize.ts";

/** One image of a store. */
export interface StoreItem {
  /** Target or app; null where its image cannot be read. */
  readonly target: string | null;
  /** "dependencies": a dependency layer. Null where its image cannot be read. */
  readonly kind: "app" | "image" | "dependencies" | null;
  /** Keys that it is stored under. */
  readonly keys: readonly string[];
  /** Digest of its manifest, "sha256:…"; empty where that cannot be read. */
  readonly digest: string;
  /** Milliseconds since 1970; null if its image names no time. */
  readonly built: number | null;
  /** Commit of its source; null if its image names none. */
  readonly commit: string | null;
  /** Bytes of all layers, compressed; images share layers. Null where its image cannot be read. */
  readonly size: number | null;
  /** Reason why it cannot be read, or is not removed; null where there is none. */
  readonly problem: string | null;
}

/** Files that runs on workers have left: packed sources and logs. */
export interface StoreFiles {
  /** Removed ones; with `dryRun` those that would be removed. */
  readonly removed: number;
  readonly kept: number;
  /** Bytes of the removed ones. */
  readonly freed: number;
}

/** Output of `sti cache … --json`. */
export interface StoreDocument {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  /** "registry.example/acme/store" */
  readonly repository: string;
  /** Whether nothing was removed, since it was only listed or `--dry-run` was given. */
  readonly dryRun: boolean;
  /** Removed images; with `dryRun` those that would be removed. */
  readonly removed: readonly StoreItem[];
  readonly kept: readonly StoreItem[];
  /** Only after a prune. */
  readonly files?: StoreFiles | undefined;
}

export function toStoreItem(image: StoredImage, problem?: string): StoreItem {
  const { digest, lookup, names } = image;
  const keys = [...new Set(names.map(({ key }) => key))];
  if (lookup.kind !== "found") {
    const unread = lookup.kind === "failed" ? lookup.error.message : lookup.kind;
    const none = { target: null, kind: null, built: null, commit: null, size: null };
    return { ...none, keys, digest, problem: problem ?? unread };
  }
  const { config, created = null, size } = lookup.image;
  const { [LABEL.kind]: kind, [LABEL.target]: target = null } = config.labels;
  return {
    target,
    kind: kind === "app" || kind === "image" || kind === "dependencies" ? kind : null,
    keys,
    digest,
    built: created,
    commit: config.labels["org.opencontainers.image.revision"] ?? null,
    size,
    problem: problem ?? null,
  };
}

/** The list of `sti cache ls`. */
export function printStore({ kept, repository }: StoreDocument): string {
  const lines = kept.map(describeItem);
  const total = `${kept.length} ${kept.length === 1 ? "image" : "images"} in ${repository}`;
  return text([...lines, ...(lines.length === 0 ? [] : [""]), total]);
}

export function printRemoval({ dryRun, files, kept, removed, repository }: StoreDocument): string {
  const verb = dryRun ? "would remove" : "removed";
  const total =
    removed.length === 0 && (files?.removed ?? 0) === 0
      ? `nothing to remove in ${repository}`
      : `${verb} ${removed.length} of ${removed.length + kept.length} images in ${repository}`;
  const stuck = kept.filter(({ problem }) => problem !== null);
  return text([
    ...removed.map((item) => `${verb} ${describeItem(item)}`),
    ...stuck.map((item) => `kept ${describeItem(item)}`),
    ...(files === undefined || files.removed === 0 ? [] : [`${verb} ${describeFiles(files)}`]),
    total,
  ]);
}

function describeFiles({ freed, removed }: StoreFiles): string {
  return `${removed} ${removed === 1 ? "file" : "files"} of runs on workers  ${formatBytes(freed)}`;
}

function describeItem({ built, commit, digest, keys, kind, problem, size, target }: StoreItem): string {
  const [key] = keys;
  return [
    target ?? (digest === "" ? "unreadable" : digest),
    ...(kind === "dependencies" ? ["dependencies"] : []),
    ...(key === undefined ? [] : [shortKey(key)]),
    ...(built === null ? [] : [formatTime(built)]),
    ...(commit === null ? [] : [commit.slice(0, 7)]),
    ...(size === null ? [] : [formatBytes(size)]),
    ...(problem === null ? [] : [problem]),
  ].join("  ");
}

function text(lines: readonly string[]): string {
  return `${lines.map(sanitizeLine).join("\n")}\n`;
}
