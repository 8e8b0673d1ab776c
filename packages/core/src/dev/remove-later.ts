// Failed removals, to be tried again: an engine that went away comes back.

export interface Removals {
  /** Removes something once; an error is kept, and never thrown. */
  attempt(id: string, remove: () => Promise<void>): Promise<void>;
  attemptAgain(): Promise<void>;
  /** The errors of the removals that still fail. */
  errors(): readonly unknown[];
}

export function createRemovals(): Removals {
  const stuck = new Map<string, { readonly remove: () => Promise<void>; readonly error: unknown }>();
  const attempt = async (id: string, remove: () => Promise<void>) => {
    try {
      await remove();
      stuck.delete(id);
    } catch (error) {
      stuck.set(id, { remove, error });
    }
  };
  return {
    attempt,
    async attemptAgain() {
      for (const [id, { remove }] of [...stuck]) await attempt(id, remove);
    },
    errors: () => [...stuck.values()].map(({ error }) => error),
  };
}
