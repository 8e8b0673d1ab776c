// Owns the sum over the layers of a pull or push, and the signs of life of either.
import type { TransferOptions, TransferProgress } from "@sti/core";
import { asObject, asText, type Json } from "./json-fields.ts";

/** Engines report more bytes than they announced, and some layers without a size: neither may show. */
export function createTransfer({ onProgress, onSign }: Pick<TransferOptions, "onProgress" | "onSign">) {
  const layers = new Map<string, TransferProgress>();
  const lines = new Map<string, string>();
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
    /** Some engines repeat the last line of a layer as long as nothing happens: that is no sign. */
    hear(line: Json): void {
      const id = asText(line.id);
      const { current } = asObject(line.progressDetail);
      const heard = `${asText(line.status)} ${current}`;
      if (lines.get(id) === heard) return;
      lines.set(id, heard);
      onSign?.();
    },
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
