// The commands that run in a build's container before its script: they prove that nothing has touched the source cache
// since it was filled, and remove entries that the app's source no longer has. Pure.
import { FOLDER } from "./app-build.ts";
import { STI_FOLDERS } from "./builder-contract.ts";
import { quoteForShell } from "./quote-for-shell.ts";
import type { SourceChanges } from "./source-cache.ts";

/** Exit codes of the check. It prints nothing, and after it nothing of the build has run. */
export const CHECK_EXIT = { changed: 123, impossible: 124 } as const;

/** File that the container's command reads first. */
export const CHECK_FILE = `${FOLDER.buildOnly}/check`;

/** The cached source itself in the container; the mount keeps the engine from removing it meanwhile. Read-only. */
export const CACHE_FOLDER = `${FOLDER.buildOnly}/kept`;

/** Below the source cache's folder: the files. */
export const CACHE_TREE = "tree";

/** A command line holds at least so many paths. */
const PATHS_AT_ONCE = 100;

/**
 * The kernel records each change of a file, its owner, mode or times, or of a folder's list of names, with a time
 * that no call can set. GNU find compares these times itself; elsewhere stat prints them all, in a form that
 * sorts as text.
 */
export function checkScript(sealedAt: string, changes: Pick<SourceChanges, "removed" | "touched">): string {
  const { seconds, text } = readSealedAt(sealedAt);
  const tree = `${CACHE_FOLDER}/${CACHE_TREE}`;
  const { changed, impossible } = CHECK_EXIT;
  return [
    `if found=$(find ${tree} -newerct '@${seconds}' -print -quit 2>/dev/null); then`,
    `  [ -z "$found" ] || exit ${changed}`,
    "else",
    `  times=$(TZ=UTC0 LC_ALL=C find ${tree} -exec stat -c %z {} + 2>/dev/null) && [ -n "$times" ] || exit ${impossible}`,
    `  last=$(printf '%s\\n' '${text}' "$times" | LC_ALL=C sort | tail -n 1) && [ -n "$last" ] || exit ${impossible}`,
    `  [ "$last" = '${text}' ] || exit ${changed}`,
    "fi",
    ...inBatches(changes.removed, (paths) => `rm -rf -- ${paths} 2>/dev/null || exit ${impossible}`),
    ...touches(changes.touched).map((line) => `${line} 2>/dev/null || exit ${impossible}`),
    "",
  ].join("\n");
}

function touches(touched: SourceChanges["touched"]): readonly string[] {
  return [...new Set(touched.map(({ time }) => time))].flatMap((time) =>
    inBatches(
      touched.filter((folder) => folder.time === time).map(({ path }) => path),
      (paths) => `touch -d '@${time}' -- ${paths}`,
    ),
  );
}

function inBatches(paths: readonly string[], write: (paths: string) => string): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < paths.length; at += PATHS_AT_ONCE) {
    const batch = paths.slice(at, at + PATHS_AT_ONCE);
    lines.push(write(batch.map((path) => quoteForShell(placeOf(path))).join(" ")));
  }
  return lines;
}

function placeOf(path: string): string {
  return path === "" ? STI_FOLDERS.source : `${STI_FOLDERS.source}/${path}`;
}

/** "2026-01-02T03:04:05.5+01:00" as seconds since 1970, and as stat prints it. Throws for anything else. */
function readSealedAt(sealedAt: string): { readonly seconds: string; readonly text: string } {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(sealedAt);
  if (match === null) throw new Error(`no time of a seal: ${sealedAt}`);
  const [, clock, fraction = "", zone] = match;
  const nanoseconds = fraction.padEnd(9, "0");
  // biome-ignore lint/style/noRestrictedGlobals: reads a given time, asks no clock
  const milliseconds = Date.parse(`${clock}${zone}`);
  // biome-ignore lint/style/noRestrictedGlobals: writes a given time, asks no clock
  const [day, time] = new Date(milliseconds).toISOString().split(/[T.]/);
  return { seconds: `${milliseconds / 1000}.${nanoseconds}`, text: `${day} ${time}.${nanoseconds} +0000` };
}
