// Runs contenders by turns, so that noise hits all of them, and makes tables of their medians. Asserts nothing.

/** Cost of one run. An unavailable figure is left out. */
export interface Figures {
  /** Milliseconds of processor time, of the process and all it started. The engine's own are not in it. */
  readonly cpu?: number | undefined;
  /** Milliseconds. */
  readonly wall: number;
  /** 95th percentile, if `wall` is not of one run. Milliseconds. */
  readonly p95?: number | undefined;
  /** Megabytes that the largest process held at most. */
  readonly memory?: number | undefined;
  /** Calls that the engine got. */
  readonly calls?: number | undefined;
  /** Numbers of other things, by name. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

export interface Contender {
  readonly name: string;
  /** Upper limit that the row should stay below, in words. */
  readonly goal?: string;
  /** Brings about what each run starts from; not measured. */
  readonly prepare?: () => void | Promise<void>;
  readonly run: () => Promise<Figures>;
}

export interface Row extends Figures {
  readonly name: string;
  readonly goal?: string | undefined;
  /** The same figures of each counted round, in order. Left out where rounds do not belong together. */
  readonly rounds?: readonly Pick<Figures, "cpu" | "wall">[] | undefined;
}

export interface Table {
  readonly title: string;
  /** The figure that ratios are made of. */
  readonly compare: "cpu" | "wall";
  /** Names of the rows that all rows are compared with. */
  readonly peers: readonly string[];
  /** Medians. */
  readonly rows: readonly Row[];
  /** Said below the table. */
  readonly notes?: readonly string[];
}

/** Medians of `rounds` runs each, in the contenders' order. One run more, first, is not counted. */
export async function measure(
  contenders: readonly Contender[],
  options: { readonly rounds: number; readonly signal: AbortSignal },
): Promise<readonly Row[]> {
  const runs = contenders.map((): Figures[] => []);
  for (let round = 0; round <= options.rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      options.signal.throwIfAborted();
      await contender.prepare?.();
      const figures = await contender.run();
      if (round > 0) runs[index]?.push(figures);
    }
  }
  return contenders.map(({ name, goal }, index) => {
    const own = runs[index] ?? [];
    const of = (figure: Exclude<keyof Figures, "counts">) =>
      median(own.flatMap((figures) => figures[figure] ?? []));
    const counts = medianCounts(
      own.flatMap((figures) => (figures.counts === undefined ? [] : [figures.counts])),
    );
    return {
      name,
      goal,
      cpu: of("cpu"),
      wall: of("wall") ?? 0,
      memory: of("memory"),
      calls: of("calls"),
      rounds: own.map(({ cpu, wall }) => ({ cpu, wall })),
      ...(counts === undefined ? {} : { counts }),
    };
  });
}

/** Undefined where nothing was counted. */
function medianCounts(counts: readonly Readonly<Record<string, number>>[]): Figures["counts"] {
  if (counts.length === 0) return undefined;
  const names = [...new Set(counts.flatMap((count) => Object.keys(count)))];
  return Object.fromEntries(
    names.map((name) => [name, median(counts.flatMap((count) => count[name] ?? [])) ?? 0]),
  );
}

/**
 * The ratio of a row to its peer: the median of the ratios within each round, which load of the machine hits less than
 * medians of their own, with the smallest and the largest one. Undefined where a figure is missing.
 */
export function compareRows(
  row: Row,
  peer: Row,
  figure: Table["compare"],
): { readonly ratio: number; readonly least?: number; readonly most?: number } | undefined {
  const [own, base] = [row.rounds ?? [], peer.rounds ?? []];
  const ratios = own.flatMap((round, index) => {
    const [value, of] = [round[figure], base[index]?.[figure]];
    return value === undefined || of === undefined ? [] : [value / of];
  });
  const ratio = own.length === base.length && ratios.length === own.length ? median(ratios) : undefined;
  if (ratio !== undefined) return { ratio, least: Math.min(...ratios), most: Math.max(...ratios) };
  const [value, of] = [row[figure], peer[figure]];
  return value === undefined || of === undefined ? undefined : { ratio: value / of };
}

/** Median and 95th percentile of many runs' milliseconds; at least one. */
export function spread(times: readonly number[]): Pick<Figures, "wall" | "p95"> {
  const sorted = times.toSorted((a, b) => a - b);
  return { wall: median(sorted) ?? 0, p95: sorted[Math.ceil(sorted.length * 0.95) - 1] };
}

/** Undefined of nothing. */
export function median(figures: readonly number[]): number | undefined {
  const sorted = figures.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low, high] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}
