// Owns the sum over the layers of a pull or push.
import type { TransferProgress } from "@sti/core";

/** Engines report more bytes than they announced, and some layers without a size: neither may show. */
export function createTransfer(onProgress: ((progress: TransferProgress) => void) | undefined) {
  const layers = new Map<string, TransferProgress>();
  const report = () => {
    let current = 0;
    let total = 0;
    for (const layer of layers.values()) {
      current += layer.current;
      total += layer.total;
    }
    onProgress?.({ current, total });
  };
  return {
    record(id: string, current: number, announced: number): void {
      const total = Math.max(announced, current, layers.get(id)?.total ?? 0);
      layers.set(id, { current, total });
      report();
    },
    finish(id: string): void {
      const known = layers.get(id);
      if (known === undefined) return;
      layers.set(id, { current: known.total, total: known.total });
      report();
    },
  };
}
