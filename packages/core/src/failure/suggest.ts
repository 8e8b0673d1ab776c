// "Did you mean": the known name nearest to a misspelt one. Leaf module.

/** The known name that was most likely meant, if one is near enough to name it: as a whole, else by its last part. */
export function suggest(name: string, known: Iterable<string>): string | undefined {
  const names = [...known];
  return nearestOf(name, names, (one) => one) ?? nearestOf(name, names, lastPart);
}

/** `part`: the part of a known name that is compared; a name without one is left out. */
function nearestOf(
  name: string,
  known: readonly string[],
  part: (name: string) => string | undefined,
): string | undefined {
  const wanted = folded(name);
  let nearest: string | undefined;
  // Short names differ by little more than chance, so a third of the length may be wrong.
  let bound = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of known) {
    const compared = part(candidate);
    if (compared === undefined) continue;
    const distance = editDistance(wanted, folded(compared), bound);
    if (distance < bound) {
      bound = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

/** "web" of "@acme/web", "Image" of "buildImage"; undefined if there is but one part. Short ones are near to anything. */
function lastPart(name: string): string | undefined {
  const [, part = ""] = /^.*\/(.+)$/.exec(name) ?? /^.*[a-z]([A-Z].*?)$/.exec(name) ?? [];
  return part.length < 3 ? undefined : part;
}

/** build_image, build-image and buildImage are one name written in three ways. */
function folded(name: string): string {
  return name.toLowerCase().replaceAll(/[_-]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours; `bound` when there are that many or more. */
function editDistance(from: string, to: string, bound: number): number {
  if (Math.abs(from.length - to.length) >= bound) return bound;
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      let cost = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (swapped) cost = Math.min(cost, at(beforeLast, column - 2) + 1);
      current.push(cost);
    }
    if (Math.min(...current) >= bound) return bound;
    beforeLast = last;
    last = current;
  }
  return Math.min(at(last, to.length), bound);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
