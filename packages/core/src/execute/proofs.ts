// Which images are proven to be results of sti (plan/proof.ts). Answers are remembered: an id stands for the same image for
// ever, so a session over images that it has seen before asks the engine for none.
import type { Target } from "../definition/target.ts";
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageSummary } from "../engine/image.ts";
import type { Facts } from "../plan/facts.ts";
import { previousTag, wasMadeHere } from "../plan/incremental.ts";
import { LABEL } from "../plan/labels.ts";
import { claimsToBeResult, disown, provesKey } from "../plan/proof.ts";
import type { Records } from "./records.ts";

/** An image and its claim. */
export type Claim = Pick<ImageSummary, "id" | "labels">;

/** One call to the engine. Resolves to undefined where the image is gone. */
export async function hasProof(
  engine: Pick<Engine, "readHistory">,
  image: Claim,
  options: CallOptions = {},
): Promise<boolean | undefined> {
  const key = image.labels[LABEL.key];
  if (key === undefined || !claimsToBeResult(image)) return false;
  const history = await engine.readHistory(image.id, options);
  return history && provesKey(history, key);
}

export interface Proofs {
  /** Whether an image is a result, or the build stage, of the target as it was built once. */
  isOwn(image: Claim, target: string): Promise<boolean>;
  /** These images were just made. */
  note(ids: Iterable<string>, target: string): Promise<void>;
  /** The facts for one target: images that only inherited its labels do not claim to be its results. */
  factsFor(target: Target, facts: Facts): Promise<Facts>;
}

/** `remember`: runs a write to the records; the caller does not handle its failure. */
export function createProofs({
  engine,
  records,
  remember,
  signal,
}: {
  readonly engine: Pick<Engine, "readHistory">;
  readonly records: Pick<Records, "listProven" | "readTarget" | "writeProven">;
  readonly remember: (target: string, write: () => Promise<void>) => Promise<void>;
  readonly signal: AbortSignal;
}): Proofs {
  let listed: Promise<Set<string>> | undefined;
  const proven = () => {
    listed ??= records.listProven().then((ids) => new Set(ids));
    return listed;
  };
  const note = async (ids: Iterable<string>, target: string) => {
    const known = await proven();
    for (const id of ids) {
      if (known.has(id)) continue;
      known.add(id);
      await remember(target, () => records.writeProven(id));
    }
  };
  const isOwn = async (image: Claim, target: string) => {
    if ((await proven()).has(image.id)) return true;
    // Images of earlier versions have no proof in them; the record is one.
    const isRecorded = wasMadeHere(await records.readTarget(target), image.id);
    if (!isRecorded && !(await hasProof(engine, image, { signal }))) return false;
    await note([image.id], target);
    return true;
  };
  return {
    isOwn,
    note,
    async factsFor(target, facts) {
      const foreign = new Set<string>();
      for (const image of claimsOf(target, facts)) {
        if (!(await isOwn(image, target.name))) foreign.add(image.id);
      }
      return disown(facts, foreign);
    },
  };
}

/** Images under the tags that decisions about a target read, which claim to be results. */
function claimsOf(target: Target, { images }: Facts): readonly ImageSummary[] {
  const tags = target.kind === "app" ? [target.tag, target.buildTag, previousTag(target)] : [target.tag];
  return tags.flatMap((tag) => {
    const image = tag === undefined ? undefined : images.get(tag.full);
    return image !== undefined && claimsToBeResult(image) ? [image] : [];
  });
}
