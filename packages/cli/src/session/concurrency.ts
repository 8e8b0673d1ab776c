// Number of targets built at once: from the command line, the config or the engine's processors.
/** More builds than this at once gain nothing by default: the engine is the bottleneck, not the graph. */
const DEFAULT_LIMIT = 4;

/** `processors`: of the engine. */
export function resolveConcurrency(written: number | string | undefined, processors: number): number {
  if (written === undefined) return Math.max(1, Math.min(processors, DEFAULT_LIMIT));
  if (typeof written === "number") return written;
  return Math.max(1, Math.round((Number.parseInt(written, 10) / 100) * processors));
}
