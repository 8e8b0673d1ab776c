// In what two images differ, as `sti compare` finds it: for proving that they are the same.
import type { CompareLevel, Comparison } from "@sti/core";
import { runSti } from "./run-cli.ts";

/** Rules about what differs from build to build whatever is built. */
const ALWAYS = new Set(["mtimes", "origin-labels"]);

/** Empty folders that a container keeps of its mounts; newer builders remove theirs. */
const MOUNT_POINTS = new Set(["/run/sti", "/tmp/artifacts", "/tmp/src"]);

/** One text for each difference of a level, except times, and labels about an image's origin. */
export async function listDifferences(
  left: string,
  right: string,
  levels: readonly CompareLevel[] = ["config", "files"],
): Promise<readonly string[]> {
  const { stderr, stdout } = await runSti(["compare", left, right, "--json"]);
  if (stdout === "") throw new Error(`${left} and ${right} were not compared: ${stderr}`);
  const { comparisons } = JSON.parse(stdout) as { readonly comparisons: readonly Comparison[] };
  return comparisons.flatMap((comparison) => describeDifferences(comparison, levels));
}

/** The same of a comparison that was made already. */
export function describeDifferences(
  comparison: Comparison,
  levels: readonly CompareLevel[] = ["config", "files"],
): readonly string[] {
  return comparison.levels
    .filter(({ level }) => levels.includes(level))
    .flatMap(({ differences }) => differences)
    .filter(({ rule }) => rule === undefined || !ALWAYS.has(rule))
    .filter(({ left, path = "", right }) => !(MOUNT_POINTS.has(path) && isFolder(left) && isFolder(right)))
    .map(({ left, path = "", right, what }) => `${path} ${what}: ${left} → ${right}`);
}

/** Or absent. */
function isFolder(entry: string | null): boolean {
  return entry === null || entry.startsWith("directory ");
}
