// Removals of what builds leave, after they have succeeded: nobody waits for them but the end of the session.

export interface SessionCleanup {
  /** `removal` reports its errors itself: it never rejects. */
  add(removal: Promise<void>): void;
  /** Whether a removal is going on. */
  isBusy(): boolean;
  /** Resolves when all removals have ended, also those that are added meanwhile. */
  settle(): Promise<void>;
}

export function createSessionCleanup(): SessionCleanup {
  const going = new Set<Promise<void>>();
  return {
    add(removal) {
      const ended = removal.finally(() => going.delete(ended));
      going.add(ended);
    },
    isBusy: () => going.size > 0,
    async settle() {
      while (going.size > 0) await Promise.all(going);
    },
  };
}
