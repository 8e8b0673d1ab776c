// Keeps the heap near what is in use. V8 doubles its young half as often as it fills up, and lets the old one grow to twice of
// what is in use before it looks for garbage at all: it saves pauses of milliseconds, which nobody would see here.
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * For when the code is loaded: before that, a young heap that grows saves time. The one flag about it that V8 looks at again
 * whenever it grows. Those of marking must not be changed in a running process: V8 aborts if it had decided to begin.
 */
export function limitHeapGrowth(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}

/** V8 keeps its flags in the bytecode that it gives, and takes none with others: as they are at the start. */
export function restoreHeapGrowth(): void {
  setFlagsFromString("--semi-space-growth-factor=2");
}

/** Growth of the heap that is worth a collection, in bytes: the collection takes some 5 ms. */
const WORTHWHILE = 8 * 1024 ** 2;

/** Gives a function for moments of rest: it collects the garbage where the heap has grown since it did so last. */
export function createGarbageCollector(): () => void {
  let collect: (() => void) | undefined;
  let before = 0;
  return () => {
    if (getHeapStatistics().used_heap_size < before + WORTHWHILE) return;
    collect ??= findCollector();
    collect();
    before = getHeapStatistics().used_heap_size;
  };
}

/** V8 hands it to contexts that are made while the flag is set. */
function findCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  setFlagsFromString("--no-expose-gc");
  return collect;
}
