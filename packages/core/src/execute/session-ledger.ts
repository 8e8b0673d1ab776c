// One session's part of the ledger: its builds, and the images that lose their tags to them. It is kept in memory as
// well, so that a ledger that cannot be written costs a session nothing but a warning.
import type { Ledger, LedgerEntry, PushedAs } from "./ledger.ts";
import { findOthers, NO_OTHERS, type OtherSessions } from "./orphans.ts";
import type { Session } from "./session.ts";

export interface SessionLedger {
  /** Before the first image with this key can come into being. */
  noteBuild(build: { readonly key: string; readonly target: string }): Promise<void>;
  /** The image of a build has its tag. Sessions that move one tag at once do not all see the replaced image. */
  noteTagged(image: { readonly id: string; readonly key: string }): void;
  /** Before the image loses its tag. */
  noteReplaced(image: { readonly id: string; readonly target: string }): Promise<void>;
  /** A build ended so that an image of it may be there, or come yet. */
  leave(key: string): void;
  /** Keys of such builds. */
  left(): ReadonlySet<string>;
  /** Images of this build that have no tag are gone. */
  strikeLeft(key: string): void;
  /** Before an image can get the name, which it has for a push or a pull alone. `pushed`: the image, of a push. */
  noteName(name: string, pushed?: PushedAs): Promise<void>;
  /** Whether it was noted, and is not known to be gone. */
  hasName(name: string): boolean;
  /** It is of no use any more, and could not be removed. */
  leaveName(name: string): void;
  /** Such names. */
  leftNames(): readonly string[];
  strikeName(name: string): void;
  /** By target, ids of images that lost their tags and are not known to be gone. */
  replaced(): ReadonlyMap<string, readonly string[]>;
  /** The image is gone, or has a tag again. */
  strike(id: string): void;
  others(): Promise<OtherSessions>;
  /** While no build is at work: leaves only pending removals to later sessions. */
  compact(): Promise<void>;
}

/** Never rejects. */
export function createSessionLedger({
  clock,
  emit,
  id: session,
  ledger,
}: Pick<Session, "clock" | "emit" | "id" | "ledger">): SessionLedger {
  const builds = new Map<string, Build>();
  const replaced = new Map<string, string>();
  const names = new Map<string, Extract<LedgerEntry, { kind: "named" }>>();
  const leftNames = new Set<string>();
  let isBroken = false;
  let written: readonly LedgerEntry[] = [];
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
    written = [...written, entry];
    await attempt(({ files }) => files.append(session, entry));
  };
  return {
    async noteBuild({ key, target }) {
      const { isOpen = false, tagged = new Set<string>() } = builds.get(key) ?? {};
      if (isOpen) return;
      builds.set(key, { target, tagged, isOpen: true, mayBeLeft: false });
      await append({ kind: "build", key, target });
    },
    noteTagged: ({ id, key }) => void builds.get(key)?.tagged.add(id),
    async noteReplaced({ id, target }) {
      for (const { tagged } of builds.values()) tagged.delete(id);
      if (replaced.has(id)) return;
      replaced.set(id, target);
      await append({ kind: "replaced", id, target });
    },
    leave(key) {
      const build = builds.get(key);
      if (build !== undefined) build.mayBeLeft = true;
    },
    left: () => new Set([...builds].flatMap(([key, { mayBeLeft }]) => (mayBeLeft ? [key] : []))),
    strikeLeft(key) {
      const build = builds.get(key);
      if (build !== undefined) build.mayBeLeft = false;
    },
    async noteName(name, pushed) {
      leftNames.delete(name);
      if (names.has(name)) return;
      const entry = { kind: "named", name, ...(pushed && { pushed }) } as const;
      names.set(name, entry);
      await append(entry);
    },
    hasName: (name) => names.has(name),
    leaveName: (name) => void leftNames.add(name),
    leftNames: () => [...leftNames],
    strikeName(name) {
      names.delete(name);
      leftNames.delete(name);
    },
    replaced() {
      const byTarget = new Map<string, readonly string[]>();
      for (const [id, target] of replaced) byTarget.set(target, [...(byTarget.get(target) ?? []), id]);
      return byTarget;
    },
    strike: (id) => void replaced.delete(id),
    others: async () => (await attempt((now) => findOthers(now, session))) ?? NO_OTHERS,
    async compact() {
      for (const [key, build] of builds) {
        build.isOpen = build.mayBeLeft;
        if (!build.mayBeLeft && build.tagged.size === 0) builds.delete(key);
      }
      const entries: readonly LedgerEntry[] = [
        ...[...builds].map(([key, { isOpen, target }]) =>
          isOpen ? ({ kind: "build", key, target } as const) : ({ kind: "made", key, target } as const),
        ),
        ...[...replaced].map(([id, target]) => ({ kind: "replaced", id, target }) as const),
        ...names.values(),
      ];
      if (JSON.stringify(written) === JSON.stringify(entries)) return;
      written = entries;
      await attempt(({ files }) => files.write(session, entries));
    },
  };
}

interface Build {
  readonly target: string;
  /** Ids of its images that have their tags, as far as this session knows. */
  readonly tagged: Set<string>;
  /** An image of it may come yet. */
  isOpen: boolean;
  /** It ended so that an image of it may be there without a tag. */
  mayBeLeft: boolean;
}
