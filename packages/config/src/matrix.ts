// Entries of a config for each combination of some values. Imports nothing, as all that a config imports.

/** The values to combine, by name. */
export type Axes = Readonly<Record<string, readonly unknown[]>>;

/** One value of each axis. */
export type Combination<A extends Axes> = { readonly [Axis in keyof A]: A[Axis][number] };

/**
 * Calls `entry` for each combination, the last axis changing fastest, and gathers the entries by their names, to be
 * spread into `apps` or `images`. Where `entry` returns nothing, the combination is left out. Throws where two
 * combinations have the same name.
 */
export function matrix<const A extends Axes, Entry>(
  axes: A,
  entry: (combination: Combination<A>) => readonly [name: string, entry: Entry] | undefined,
): Record<string, Entry> {
  const entries = new Map<string, Entry>();
  const made = new Map<string, Combination<A>>();
  for (const combination of combine(axes)) {
    const one = entry(combination);
    if (one === undefined) continue;
    const [name, value] = one;
    const other = made.get(name);
    if (other !== undefined) {
      throw new Error(
        `the matrix gives "${name}" twice: for ${describe(other)} and for ${describe(combination)}`,
      );
    }
    made.set(name, combination);
    entries.set(name, value);
  }
  return Object.fromEntries(entries);
}

function combine<A extends Axes>(axes: A): readonly Combination<A>[] {
  return Object.entries(axes).reduce<readonly Record<string, unknown>[]>(
    (combinations, [axis, values]) =>
      combinations.flatMap((combination) => values.map((value) => ({ ...combination, [axis]: value }))),
    [{}],
  ) as readonly Combination<A>[];
}

function describe(combination: Readonly<Record<string, unknown>>): string {
  return Object.entries(combination)
    .map(([axis, value]) => `${axis} ${JSON.stringify(value)}`)
    .join(", ");
}
