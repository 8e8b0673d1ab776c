// Owns the version of Docker's API that calls are sent in, so that an upgrade of the engine does not change its answers.

/** Newest version that sti is tested with: Docker 28.5. Raise it when a newer engine passes the tests. */
export const NEWEST_TRIED_API = "1.51";

/** Oldest version that sti works with: Docker 20.10. */
export const OLDEST_API = "1.41";

/** "1.41": major and minor number. */
export function isApiVersion(text: string): boolean {
  return /^\d+\.\d+$/.test(text);
}

/** Compares by number: 1.9 is older than 1.10. */
export function isAtLeast(version: string, least: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number);
  return major > leastMajor || (major === leastMajor && minor >= leastMinor);
}

/** The version to send calls in, for an engine whose newest is `engine`. */
export function pinApiVersion(engine: string): string {
  return isAtLeast(engine, NEWEST_TRIED_API) ? NEWEST_TRIED_API : engine;
}

/** The engine's newest API version: unknown at first, being asked for, or known. */
export interface EngineVersion {
  /** From now on `read` waits for `found`. Without a result, the version stays as it was. */
  learn(found: Promise<string | undefined>): void;
  /** Undefined if it was not requested, or no version was found. Rejects when the signal is aborted. */
  read(signal: AbortSignal): Promise<string | undefined>;
}

export function createEngineVersion(): EngineVersion {
  let known: Promise<string | undefined> = Promise.resolve(undefined);
  return {
    learn(found) {
      const before = known;
      known = found.then(
        (version) => version ?? before,
        () => before,
      );
    },
    async read(signal) {
      const { promise, reject } = Promise.withResolvers<never>();
      const onAbort = () => reject(signal.reason);
      if (signal.aborted) onAbort();
      signal.addEventListener("abort", onAbort, { once: true });
      try {
        return await Promise.race([known, promise]);
      } finally {
        signal.removeEventListener("abort", onAbort);
      }
    },
  };
}
