// Keeps builds apart that give one tag of the engine to different images: a tag names one image at a time.

export interface TagGate {
  /**
   * Waits until no other build uses one of the tags for another key. `tags`: key by tag. Resolves to the end of the use.
   * Rejects with the signal's reason.
   */
  enter(tags: ReadonlyMap<string, string>, options: { readonly signal: AbortSignal }): Promise<() => void>;
}

export function createTagGate(): TagGate {
  const inside = new Set<ReadonlyMap<string, string>>();
  const waiting = new Set<() => void>();
  const fits = (tags: ReadonlyMap<string, string>) =>
    [...inside].every((other) => [...tags].every(([tag, key]) => (other.get(tag) ?? key) === key));
  return {
    enter: async (tags, { signal }) => {
      while (!fits(tags)) {
        signal.throwIfAborted();
        const { promise, resolve } = Promise.withResolvers<void>();
        const wake = () => resolve();
        waiting.add(wake);
        signal.addEventListener("abort", wake, { once: true });
        await promise;
        waiting.delete(wake);
        signal.removeEventListener("abort", wake);
      }
      signal.throwIfAborted();
      inside.add(tags);
      return () => {
        inside.delete(tags);
        for (const wake of [...waiting]) wake();
      };
    },
  };
}
