// Names in the repository of a store that images of the engine have for their pushes and pulls alone. Each is in the
// ledger before an image can get it, until it is known to be gone: a container can hold it, and a session can be killed.
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageSummary } from "../engine/image.ts";
import type { Facts } from "../plan/facts.ts";
import { LABEL } from "../plan/labels.ts";
import { parseStoreTag } from "../store/store-tags.ts";
import type { LedgerEntry, PushedAs } from "./ledger.ts";
import type { Session } from "./session.ts";
import { createSessionLedger, type SessionLedger } from "./session-ledger.ts";

export interface BorrowedNames {
  /** Before an image can get the name. `pushed`: the image that gets it, of a push. */
  note(name: string, pushed?: PushedAs): Promise<void>;
  /**
   * Takes the name from the image that has it, if it was noted; where that fails, it stays in the ledger. Rejects with defects
   * only.
   */
  drop(name: string): Promise<void>;
}

export function createBorrowedNames({
  engine,
  ledger,
  warn,
}: {
  readonly engine: Engine;
  readonly ledger: SessionLedger;
  readonly warn: (message: string) => void;
}): BorrowedNames {
  return {
    note: (name, pushed) => ledger.noteName(name, pushed),
    drop: async (name) => {
      if (!ledger.hasName(name)) return;
      try {
        await dropName(engine, ledger, name);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        ledger.leaveName(name);
        warn(`${name} is left as a name in the engine, the next session tries again: ${error.message}`);
      }
    },
  };
}

/** Only the text of a warning is used. */
const TIMELESS: Session["clock"] = { now: () => 0 };

/** Outside a session of builds. `end`: leaves names that could not be removed to later sessions. */
export function borrowNames({
  engine,
  warn,
  ...owner
}: Pick<Session, "engine" | "id" | "ledger"> & {
  readonly warn: (message: string) => void;
}): BorrowedNames & { end(): Promise<void> } {
  const emit: Session["emit"] = (event) => void (event.type === "session-warning" && warn(event.message));
  const ledger = createSessionLedger({ ...owner, clock: TIMELESS, emit });
  return { ...createBorrowedNames({ engine, ledger, warn }), end: () => ledger.compact() };
}

/**
 * The last name of an image cannot be removed while a container uses it: another session may have moved the tag of its
 * target meanwhile.
 */
async function dropName(engine: Engine, ledger: SessionLedger, name: string): Promise<void> {
  if ((await engine.removeImage(name)) === "in-use") ledger.leaveName(name);
  else ledger.strikeName(name);
}

/**
 * Removes names that could not be removed before, once the session's containers are gone; none that a push or a pull still
 * needs. Errors were reported then.
 */
export async function dropLeftNames(engine: Engine, ledger: SessionLedger): Promise<void> {
  for (const name of ledger.leftNames()) {
    try {
      await dropName(engine, ledger, name);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
    }
  }
}

/** Names in the engine that a session's entry is about. */
export function borrowedNamesOf(
  { name, pushed }: Extract<LedgerEntry, { kind: "named" }>,
  { images }: Pick<Facts, "images">,
): readonly string[] {
  const own = images.has(name) ? [name] : [];
  if (pushed === undefined) return own;
  const repository = name.slice(0, name.lastIndexOf(":"));
  const byDigest = [...images].flatMap(([listed, { id }]) =>
    id === pushed.id && listed.startsWith(`${repository}@`) && !pushed.spared.includes(listed)
      ? [listed]
      : [],
  );
  return [...own, ...byDigest];
}

/** Whether a session may have left such a name on one of sti's images. Users push images by tags of the same repository. */
export function hasBorrowedName({ digests, labels, tags }: ImageSummary): boolean {
  if (labels[LABEL.managed] === undefined) return false;
  const repositories = new Set(tags.map((tag) => tag.slice(0, tag.lastIndexOf(":"))));
  return (
    tags.some((tag) => parseStoreTag(tag.slice(tag.lastIndexOf(":") + 1)) !== undefined) ||
    digests.some((digest) => !repositories.has(digest.slice(0, digest.indexOf("@"))))
  );
}
