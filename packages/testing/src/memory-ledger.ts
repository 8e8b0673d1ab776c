// The ledger port in memory: a test's second session finds what its first one wrote down.
import type { Ledger, LedgerEntry } from "@sti/core";

export interface MemoryLedger extends Ledger {
  /** By session. */
  readonly entries: ReadonlyMap<string, readonly LedgerEntry[]>;
  /** Number of writes. */
  readonly writes: () => number;
  /** Declares a session dead, whose last entry is so many seconds old. */
  kill(session: string, age?: number): void;
  /** Puts entries there as if the session had written them. */
  put(session: string, entries: readonly LedgerEntry[]): void;
}

/** `isFull`: nothing can be written. Sessions live until they are killed. */
export function createMemoryLedger({ isFull = false } = {}): MemoryLedger {
  const entries = new Map<string, readonly LedgerEntry[]>();
  const ages = new Map<string, number>();
  const dead = new Set<string>();
  let foreign: ReadonlySet<string> = new Set();
  let writes = 0;
  const write = (session: string, all: readonly LedgerEntry[]) => {
    if (isFull) throw new Error("no space left on device");
    writes += 1;
    if (all.length === 0) entries.delete(session);
    else entries.set(session, all);
  };
  return {
    entries,
    writes: () => writes,
    kill(session, age = 0) {
      dead.add(session);
      ages.set(session, age);
    },
    put: (session, all) => void entries.set(session, all),
    isDead: ({ boot, host, nonce, pid, started }) =>
      dead.has(`sti-build-${host}-${boot}-${pid}-${started}-${nonce}`),
    files: {
      list: async () => [...entries.keys()].map((id) => ({ id, age: ages.get(id) ?? 0 })),
      read: async (session) => entries.get(session) ?? [],
      append: async (session, entry) => write(session, [...(entries.get(session) ?? []), entry]),
      write: async (session, all) => write(session, all),
      readForeign: async () => foreign,
      writeForeign: async (ids) => {
        foreign = ids;
      },
    },
  };
}
