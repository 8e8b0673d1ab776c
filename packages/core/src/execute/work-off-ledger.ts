// Finishes the work that dead sessions wrote down: removes images that they made or replaced, and that have no tag.
// Images in use stay in the ledger for a later session; those of a living one are not touched.
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { Facts } from "../plan/facts.ts";
import type { Ledger, LedgerEntry } from "./ledger.ts";
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
  const others = await findOthers(ledger);
  const images = facts.untagged ?? [];
  let used: ReadonlySet<string> | undefined;
  const stays = async (entry: LedgerEntry, age: number): Promise<boolean> => {
    if (entry.kind !== "replaced") {
      const removal = await removeOrphans(engine, new Set([entry.key]), { images, others, ...options });
      return removal === "left" || (removal === "none" && age < STILL_MAKING[entry.kind]);
    }
    if (!images.some(({ id }) => id === entry.id)) return false;
    used ??= await usedImages(engine, options);
    return (
      used.has(entry.id) ||
      (await removeUntagged(engine, entry.id, { spared: others.keys, ...options })) === "in-use"
    );
  };
  for (const { age, id } of dead) {
    const entries = await ledger.files.read(id);
    const left: LedgerEntry[] = [];
    for (const entry of entries) if (await stays(entry, age)) left.push(entry);
    if (left.length < entries.length || left.length === 0) await ledger.files.write(id, left);
  }
}

/** Images of containers, so that one that runs for days costs each session no call of its own. */
async function usedImages(engine: Engine, options: CallOptions): Promise<ReadonlySet<string>> {
  return new Set((await engine.listContainers("", options)).map(({ image }) => image));
}
