// What one session has in the ledger: its builds, and the images that lose their tags to them. It is kept in memory as
// well, so that a ledger that cannot be written costs a session nothing but a warning.
import type { Ledger, LedgerEntry } from "./ledger.ts";
import { keysOfOthers } from "./orphans.ts";
import type { Session } from "./session.ts";

export interface SessionLedger {
  /** Before the first image with this key can come into being. */
  noteBuild(build: { readonly key: string; readonly target: string }): Promise<void>;
  /** Before the image loses its tag. */
  noteReplaced(image: { readonly id: string; readonly target: string }): Promise<void>;
  /** A build ended so that an image of it may be there, or come yet. */
  leave(key: string): void;
  /** By target, ids of images that lost their tags and are not known to be gone. */
  replaced(): ReadonlyMap<string, readonly string[]>;
  /** The image is gone, or has a tag again. */
  strike(id: string): void;
  /** Keys of the builds of sessions that may be alive. */
  keysOfOthers(): Promise<ReadonlySet<string>>;
  /** While no build is at work: leaves to later sessions only what is still to be removed. */
  settle(): Promise<void>;
}

/** Never rejects. */
export function createSessionLedger({
  clock,
  emit,
  id: session,
  ledger,
}: Pick<Session, "clock" | "emit" | "id" | "ledger">): SessionLedger {
  const builds = new Map<string, string>();
  const left = new Set<string>();
  const replaced = new Map<string, string>();
  let isBroken = false;
  let written = 0;
  const attempt = async <Value>(work: (ledger: Ledger) => Promise<Value>): Promise<Value | undefined> => {
    const now = ledger?.();
    if (now === undefined || isBroken) return undefined;
    try {
      return await work(now);
    } catch (error) {
      isBroken = true;
      const message = `images that this session may leave behind are not written down (sti clean finds them): ${(error as Error).message}`;
      emit({ type: "session-warning", at: clock.now(), message });
      return undefined;
    }
  };
  const append = async (entry: LedgerEntry) => {
    written += 1;
    await attempt(({ files }) => files.append(session, entry));
  };
  return {
    async noteBuild({ key, target }) {
      if (builds.has(key)) return;
      builds.set(key, target);
      await append({ kind: "build", key, target });
    },
    async noteReplaced({ id, target }) {
      if (replaced.has(id)) return;
      replaced.set(id, target);
      await append({ kind: "replaced", id, target });
    },
    leave: (key) => void left.add(key),
    replaced() {
      const byTarget = new Map<string, readonly string[]>();
      for (const [id, target] of replaced) byTarget.set(target, [...(byTarget.get(target) ?? []), id]);
      return byTarget;
    },
    strike: (id) => void replaced.delete(id),
    keysOfOthers: async () => (await attempt((now) => keysOfOthers(now, session))) ?? new Set(),
    async settle() {
      for (const key of builds.keys()) if (!left.has(key)) builds.delete(key);
      const entries: readonly LedgerEntry[] = [
        ...[...builds].map(([key, target]) => ({ kind: "build", key, target }) as const),
        ...[...replaced].map(([id, target]) => ({ kind: "replaced", id, target }) as const),
      ];
      if (written === entries.length) return;
      written = entries.length;
      await attempt(({ files }) => files.write(session, entries));
    },
  };
}
