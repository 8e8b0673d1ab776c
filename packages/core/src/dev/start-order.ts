// Which containers are up, for those that wait for others before they start.

export interface StartOrder {
  noteUp(name: string): void;
  noteDown(name: string): void;
  /** Those that are not up. */
  missing(names: readonly string[]): readonly string[];
  /** Resolves once all are up at the same time. Rejects with the signal's reason. */
  waitFor(names: readonly string[], signal: AbortSignal): Promise<void>;
}

export function createStartOrder(): StartOrder {
  const up = new Set<string>();
  const waiting = new Set<() => void>();
  const missing = (names: readonly string[]) => names.filter((name) => !up.has(name));
  return {
    noteUp(name) {
      up.add(name);
      for (const look of waiting) look();
    },
    noteDown: (name) => void up.delete(name),
    missing,
    async waitFor(names, signal) {
      signal.throwIfAborted();
      if (missing(names).length === 0) return;
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const look = () => {
        if (missing(names).length === 0) resolve();
      };
      const stop = () => reject(signal.reason);
      waiting.add(look);
      signal.addEventListener("abort", stop, { once: true });
      try {
        await promise;
      } finally {
        waiting.delete(look);
        signal.removeEventListener("abort", stop);
      }
    },
  };
}
