// The time limit of an app, for a part of its build.

/** Ends the work with TimedOutError when its seconds are over; the engine stops its part. */
export async function within<Value>(
  limit: number | undefined,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  if (limit === undefined) return await work(signal);
  const clock = AbortSignal.timeout(limit * 1000);
  try {
    return await work(AbortSignal.any([signal, clock]));
  } catch (error) {
    throw clock.aborted && !signal.aborted ? new TimedOutError(limit) : error;
  }
}

/** A step took longer than it may. */
export class TimedOutError extends Error {
  /** Seconds. */
  readonly limit: number;
  constructor(limit: number) {
    super(`took longer than ${limit} s`);
    this.name = "TimedOutError";
    this.limit = limit;
  }
}
