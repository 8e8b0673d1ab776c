// Report of what `sti clean` removed or would remove, as lines for people and as JSON for programs. Pure.
import type { FoundCache } from "../engine/find-caches.ts";
import { formatBytes } from "../render/format-amount.ts";
import { sanitizeLine } from "../render/sanitize.ts";

/** One thing on the engine. */
export interface CleanItem {
  readonly kind: "container" | "volume" | "network" | "image" | "cache" | "source";
  /** A container's, volume's, network's or cache's name; the target of an image; the app of a source cache. */
  readonly name: string;
  /** Its id in the engine. */
  readonly id: string;
  /** Bytes that its removal frees; null if the engine does not report them. */
  readonly size: number | null;
  /** As the engine writes times; null if it does not report them. */
  readonly lastUsed: string | null;
}

export interface CleanReport {
  /** True: nothing was touched, `removed` is what would be. */
  readonly dryRun: boolean;
  readonly removed: readonly (CleanItem & { readonly reason?: string })[];
  readonly kept: readonly (CleanItem & { readonly reason: string })[];
}

export function itemOfCache(cache: FoundCache): CleanItem {
  return {
    kind: cache.content,
    name: cache.id ?? cache.target ?? cache.engineId,
    id: cache.engineId,
    size: cache.size ?? null,
    lastUsed: cache.lastUsed ?? null,
  };
}

/** `now`: milliseconds since 1970. */
export function printCleanReport(report: CleanReport, now: number): string {
  const verb = report.dryRun ? "would remove" : "removed";
  const lines = [
    ...report.removed.map((item) => `${verb} ${describeItem(item, now)}${because(item)}`),
    ...report.kept.map((item) => `kept ${describeItem(item, now)}${because(item)}`),
  ];
  const total =
    report.removed.length === 0
      ? "nothing to remove"
      : `${verb} ${report.removed.length} ${report.removed.length === 1 ? "thing" : "things"}, ${formatBytes(freedBytes(report))}`;
  return `${[...lines, total].map(sanitizeLine).join("\n")}\n`;
}

/** Output of `sti clean --json`. */
export interface CleanDocument extends CleanReport {
  /** Raised when a field changes its meaning or goes away. */
  readonly schemaVersion: 1;
  /** Bytes that the removed objects occupied, as far as the engine reports sizes. */
  readonly freed: number;
}

export function toCleanDocument(report: CleanReport): CleanDocument {
  return { schemaVersion: 1, ...report, freed: freedBytes(report) };
}

function freedBytes(report: CleanReport): number {
  return report.removed.reduce((sum, { size }) => sum + (size ?? 0), 0);
}

function describeItem(item: CleanItem, now: number): string {
  const facts = [
    ...(item.id === item.name || item.kind === "container" ? [] : [shortId(item.id)]),
    ...(item.size === null ? [] : [formatBytes(item.size)]),
    ...(item.lastUsed === null ? [] : [`last used ${formatAge(now - Date.parse(item.lastUsed))}`]),
  ];
  return [`${item.kind} ${item.name}`, ...(facts.length === 0 ? [] : [`(${facts.join(", ")})`])].join(" ");
}

function because({ reason }: { readonly reason?: string }): string {
  return reason === undefined ? "" : `: ${reason}`;
}

function shortId(id: string): string {
  return id.startsWith("sha256:") ? id.slice("sha256:".length, "sha256:".length + 12) : id;
}

/** "just now", "5 minutes ago", "1 day ago" */
function formatAge(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  const say = (count: number, unit: string) => `${count} ${unit}${count === 1 ? "" : "s"} ago`;
  if (!(minutes >= 1)) return "just now";
  if (minutes < 60) return say(minutes, "minute");
  if (minutes < 24 * 60) return say(Math.floor(minutes / 60), "hour");
  return say(Math.floor(minutes / (24 * 60)), "day");
}
