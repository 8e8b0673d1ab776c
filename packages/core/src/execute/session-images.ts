// The images of a session: each reference resolved once, pulled at most once, inspected at most once, however many
// targets ask at the same time.
import type { PullPolicy } from "../definition/pull-policy-schema.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageDetails } from "../engine/image.ts";
import type { NeededImage } from "../graph/target-graph.ts";
import { decideImage } from "../plan/decide-image.ts";
import type { Facts, ImageFacts } from "../plan/facts.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import type { Lock } from "../plan/lock.ts";
import { imageFactsOf, surveyImage } from "../survey/survey-image.ts";
import { inspectWhole } from "./complete-pulls.ts";
import type { Records } from "./records.ts";

/** An image is neither in the engine nor may it be pulled. */
export class ImageMissingError extends Error {
  readonly image: NeededImage;
  constructor(image: NeededImage) {
    super(`${image.short} is missing`);
    this.name = "ImageMissingError";
    this.image = image;
  }
}

/** A pull failed; the cause is the engine's error. */
export class PullError extends Error {
  readonly image: NeededImage;
  constructor(image: NeededImage, cause: unknown) {
    super(`${image.short} cannot be pulled`, { cause });
    this.name = "PullError";
    this.image = image;
  }
}

export interface SessionImages {
  /**
   * The id of an image that no target makes. Pulls it first if the policy demands it: the locked one, if one is locked;
   * `onPull` is called only for the caller whose pull it is. Rejects with ImageMissingError, PullError or the engine's
   * error.
   */
  identify(image: NeededImage, policy: PullPolicy, onPull: OnPull): Promise<string>;
  /** From imageIdentity; `target` is who asks. */
  identityOf(id: string, target: string): Promise<string>;
  /** Config and layers of an image in the engine. */
  inspect(id: string): Promise<ImageDetails>;
  /** The image's scripts, shell and user; `target` is who asks. */
  lookInto(id: string, scripts: string, target: string): Promise<ImageFacts>;
}

/** Wraps a pull, for events: must call `pull` once and hand on its outcome. */
export type OnPull = (pull: (onProgress: OnProgress) => Promise<void>) => Promise<void>;
type OnProgress = (progress: { readonly current: number; readonly total: number }) => void;

export function createSessionImages(session: {
  readonly engine: Engine;
  readonly facts: Facts;
  readonly lock: Lock | undefined;
  readonly records: Records;
  /** Runs a write to the records; the caller does not handle its failure. */
  readonly remember: (target: string, write: () => Promise<void>) => Promise<void>;
  readonly signal: AbortSignal;
  readonly containerName: () => string;
}): SessionImages {
  const { engine, records, signal } = session;
  const ids = new Map<string, Promise<string>>();
  const details = new Map<string, Promise<ImageDetails>>();
  const identities = new Map<string, Promise<string>>();
  const surveys = new Map<string, Promise<ImageFacts>>();

  const inspect = (id: string) =>
    remember(details, id, async () => {
      // One that somebody has pulled may lack its config.
      const found = await inspectWhole(engine, id, { signal });
      if (found === undefined) throw goneDuringSession(id);
      return found;
    });
  const pull = async (image: NeededImage, reference: string, onPull: OnPull) => {
    let found: ImageDetails | undefined;
    await onPull(async (onProgress) => {
      try {
        await engine.pullImage(reference, { signal, onProgress });
        found = await inspectWhole(engine, reference, { signal });
      } catch (error) {
        throw new PullError(image, error);
      }
    });
    if (found === undefined) throw new ImageMissingError(image);
    details.set(found.id, Promise.resolve(found));
    if (reference !== image.reference) await engine.tagImage(found.id, image.reference);
    return found.id;
  };
  return {
    inspect,
    identify: (image, policy, onPull) =>
      remember(ids, image.reference, async () => {
        const decision = decideImage(image, policy, session);
        switch (decision.kind) {
          case "present":
            return decision.id;
          case "tag":
            await engine.tagImage(decision.id, image.reference);
            return decision.id;
          case "pull":
            return await pull(image, decision.reference, onPull);
          case "missing":
            throw new ImageMissingError(image);
          default:
            return decision satisfies never;
        }
      }),
    identityOf: (id, target) =>
      remember(identities, id, async () => {
        const known = await records.readIdentity(id);
        if (known !== undefined) return known;
        const identity = imageIdentity(await inspect(id));
        await session.remember(target, () => records.writeIdentity(id, identity));
        return identity;
      }),
    lookInto: (id, scripts, target) =>
      remember(surveys, `${scripts}\n${id}`, async () => {
        const [details, known] = await Promise.all([inspect(id), records.readImage(id, scripts)]);
        if (known !== undefined) return imageFactsOf(details, known, scripts);
        const survey = { scripts, containerName: session.containerName() };
        const found = await surveyImage(engine, details, survey, { signal });
        await session.remember(target, () =>
          records.writeImage(id, scripts, { ...found, speaks: found.contract.kind }),
        );
        return found;
      }),
  };
}

/** The session has seen it: somebody removed it since. */
function goneDuringSession(id: string): EngineError {
  const message = `image ${id} was removed`;
  return new EngineError({ reason: "not-found", operation: "inspect image", message });
}

function remember<Value>(
  memory: Map<string, Promise<Value>>,
  key: string,
  make: () => Promise<Value>,
): Promise<Value> {
  const known = memory.get(key);
  if (known !== undefined) return known;
  const made = make();
  memory.set(key, made);
  return made;
}
