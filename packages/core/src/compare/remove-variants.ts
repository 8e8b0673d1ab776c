// Removes temporary tags of variants, and with them the images that have no other: of this session when it has
// compared, of dead ones before the next begins.
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import { failureOfError } from "../execute/failure-of-error.ts";
import type { SessionOwner } from "../execute/session-id.ts";
import type { Failure } from "../failure/failure.ts";
import type { Facts } from "../plan/facts.ts";
import { ownerOfVariantTag } from "./variant-tag.ts";

/** Takes no signal: interrupted comparisons are cleaned up, too. Resolves to the failures. */
export async function removeVariantTags(engine: Engine, tags: readonly string[]): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const tag of tags) {
    try {
      await engine.removeImage(tag);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const target = { name: tag, path: [] };
      failures.push(failureOfError(error, { target, scriptOf: () => undefined, incremental: false }));
    }
  }
  return failures;
}

/** Asks the engine for nothing where there is nothing to remove. `isDead`: as of sweepLeftovers. */
export async function sweepVariantTags(
  engine: Engine,
  { images }: Facts,
  isDead: (owner: SessionOwner) => boolean,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const swept: string[] = [];
  for (const tag of images.keys()) {
    const owner = ownerOfVariantTag(tag);
    if (owner === undefined || !isDead(owner)) continue;
    await engine.removeImage(tag, options);
    swept.push(tag);
  }
  return swept;
}
