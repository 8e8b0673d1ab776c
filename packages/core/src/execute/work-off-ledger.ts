// Finishes the work that dead sessions wrote down: removes images that they made or replaced, and that have no tag, and
// the names that images had for their pushes and pulls.
// Images in use stay in the ledger for a later session; those of a living one are not touched. Images of others that
// inherited a label are asked about once: who builds on a result has one more of them with each build.
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { Facts } from "../plan/facts.ts";
import { LABEL } from "../plan/labels.ts";
import { borrowedNamesOf, hasBorrowedName } from "./borrowed-names.ts";
import type { Ledger, LedgerEntry, LedgerSession } from "./ledger.ts";
import { findOthers, removeOrphans } from "./orphans.ts";
import { removeUntagged } from "./remove-untagged.ts";
import { parseOwner } from "./session-id.ts";

/**
 * Seconds for which an image may still appear after its session has ended; its entry stays until then. A build that did
 * not end with its session goes on in Podman until its step has ended; a built image can lose its tag to another session.
 */
const STILL_MAKING = { build: 24 * 3600, made: 600 } as const;

/** Asks the engine only about images that it has. `facts`: listed just now, after dead sessions were swept. */
export async function workOffLedger(
  engine: Engine,
  { facts, ledger }: { readonly facts: Facts; readonly ledger: Ledger },
  options: CallOptions = {},
): Promise<void> {
  const dead = (await ledger.files.list()).filter(({ id }) => {
    const owner = parseOwner(id);
    return owner !== undefined && ledger.isDead(owner);
  });
  if (dead.length === 0) return;
  const untagged = facts.untagged ?? [];
  const foreign = await ledger.files.readForeign();
  const images = untagged.filter(({ id }) => !foreign.has(id));
  // Of young entries nothing is due while the engine has no image that they could be about.
  const mayBeLeft =
    images.some(({ labels }) => labels[LABEL.managed] !== undefined) ||
    [...facts.images.values()].some(hasBorrowedName);
  const isDue = mayBeLeft ? () => true : ({ age }: LedgerSession) => age >= STILL_MAKING.made;
  const due = dead.filter(isDue);
  if (due.length === 0) return;
  const others = await findOthers(ledger);
  const newlyForeign = new Set<string>();
  let used: ReadonlySet<string> | undefined;
  const stays = async (entry: LedgerEntry, age: number): Promise<boolean> => {
    if (entry.kind === "named") {
      const names = borrowedNamesOf(entry, facts);
      if (names.length === 0) return age < STILL_MAKING.made;
      if (others.names.has(entry.name)) return true;
      let isLeft = false;
      for (const name of names) isLeft = (await engine.removeImage(name, options)) === "in-use" || isLeft;
      return isLeft;
    }
    if (entry.kind !== "replaced") {
      const removal = await removeOrphans(engine, new Set([entry.key]), {
        images: images.filter(({ id }) => !newlyForeign.has(id)),
        onForeign: (id) => newlyForeign.add(id),
        others,
        ...options,
      });
      return removal === "left" || (removal === "none" && age < STILL_MAKING[entry.kind]);
    }
    if (!images.some(({ id }) => id === entry.id)) return false;
    used ??= await usedImages(engine, options);
    return (
      used.has(entry.id) ||
      (await removeUntagged(engine, entry.id, { spared: others.keys, ...options })) === "in-use"
    );
  };
  for (const { age, id } of due) {
    const entries = await ledger.files.read(id);
    const left: LedgerEntry[] = [];
    for (const entry of entries) if (await stays(entry, age)) left.push(entry);
    if (left.length < entries.length || left.length === 0) await ledger.files.write(id, left);
  }
  if (newlyForeign.size === 0) return;
  const stillThere = untagged.flatMap(({ id }) => (foreign.has(id) ? [id] : []));
  await ledger.files.writeForeign(new Set([...stillThere, ...newlyForeign]));
}

/** Images of containers, so that one that runs for days costs each session no call of its own. */
async function usedImages(engine: Engine, options: CallOptions): Promise<ReadonlySet<string>> {
  return new Set((await engine.listContainers("", options)).map(({ image }) => image));
}
