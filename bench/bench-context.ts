// The inputs of every benchmark. Types only.

/** Inputs of a benchmark. */
export interface BenchContext {
  /** Of the engine; "" for a benchmark that needs none. */
  readonly host: string;
  /** Number of runs of each contender; undefined leaves it to the benchmark. */
  readonly rounds: number | undefined;
  /** One of the benchmark's parts; undefined: all of them. */
  readonly part?: string | undefined;
  /** Aborted when the user interrupts. The benchmark then cleans up and rejects. */
  readonly signal: AbortSignal;
  /** Reports progress to a waiting person. */
  readonly say: (line: string) => void;
}
