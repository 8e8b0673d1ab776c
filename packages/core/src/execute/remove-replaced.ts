// Removes the images that lost their tags to new ones, so that rebuilding leaves no untagged images behind.
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import { removeOrphans } from "./orphans.ts";
import type { Claim, Proofs } from "./proofs.ts";
import { removeUntagged } from "./remove-untagged.ts";
import type { SessionLedger } from "./session-ledger.ts";

/**
 * Dependents go first: an image cannot be removed while another is based on it. Images in use stay in the ledger, and
 * so do failed removals. Resolves to the errors; the session has succeeded all the same.
 */
export async function removeReplaced(
  engine: Engine,
  { nodes }: Pick<TargetGraph, "nodes">,
  { ledger, proofs }: { readonly ledger: SessionLedger; readonly proofs: Proofs },
): Promise<readonly EngineError[]> {
  const replaced = ledger.replaced();
  if (replaced.size === 0) return [];
  const errors: EngineError[] = [];
  const { keys: spared } = await ledger.others();
  const gone = [...replaced.keys()].filter((name) => !nodes.has(name));
  for (const name of [...gone, ...[...nodes.keys()].reverse()]) {
    for (const id of replaced.get(name) ?? []) {
      try {
        const isOwn = (image: Claim) => proofs.isOwn(image, name);
        if ((await removeUntagged(engine, id, { isOwn, spared })) !== "in-use") ledger.strike(id);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        errors.push(error);
      }
    }
  }
  return errors;
}

/**
 * Removes images of this session's builds that ended so that one may be there; while none is at work. Images that do
 * not show yet stay in the ledger. Resolves to the errors.
 */
export async function removeLeft(
  engine: Engine,
  ledger: SessionLedger,
  own: string,
): Promise<readonly EngineError[]> {
  const keys = ledger.left();
  if (keys.size === 0) return [];
  try {
    const [images, others] = [await engine.listImages(), await ledger.others()];
    for (const key of keys) {
      const removal = await removeOrphans(engine, new Set([key]), { images, others, own });
      if (removal === "removed") ledger.strikeLeft(key);
    }
    return [];
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return [error];
  }
}

/** In one sentence; undefined where nothing went wrong. */
export function describeUnremoved(errors: readonly EngineError[]): string | undefined {
  const [first] = errors;
  if (first === undefined) return undefined;
  const images = errors.length === 1 ? "an image without a tag" : `${errors.length} images without a tag`;
  return `could not remove ${images}; the next session will try again, and so does sti clean: ${first.message}`;
}
