// Pushes the image of one target that has succeeded, and makes sure that the registry has that very image.
import type { Target } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { Failure } from "../failure/failure.ts";
import { RegistryError } from "../store/registry-error.ts";
import { type AttestableResult, type AttestContext, attestPushed } from "./attest-image.ts";
import type { PushedImage } from "./event.ts";
import { bugOf, failureOfEngine } from "./failure-of-error.ts";
import { ImpossibleError } from "./plan-build.ts";
import { emitFor } from "./target-events.ts";

/** The result of a push; the local image and its tag stay as they are in any case. */
export type Push = { readonly pushed: PushedImage } | { readonly failure: Failure };

export interface PushContext extends AttestContext {
  readonly image: AttestableResult;
}

/** With its attestations. Rejects only with the signal's reason. */
export async function pushTarget(target: Target, context: PushContext): Promise<Push> {
  const { session, signal, store } = context;
  let { image } = context;
  const { clock, engine } = session;
  const { full, repository, short } = target.tag;
  const started = clock.now();
  const step = "push-image" as const;
  emitFor(session, target.name, { type: "step-started", step, title: `push ${short}` });
  try {
    let digest = await publish(target, { image, signal, store });
    let problem: string | undefined;
    if (digest === undefined) {
      const imageId = image.imageId ?? (await context.obtain(target.name, target.name));
      image = { ...image, imageId };
      digest = await engine.pushImage(full, {
        signal,
        onProgress: (progress) => emitFor(session, target.name, { type: "step-progress", step, ...progress }),
      });
      problem = await checkPushed(target, digest, { ...context, imageId });
    }
    if (problem !== undefined) emitFor(session, target.name, { type: "target-warning", message: problem });
    emitFor(session, target.name, { type: "step-finished", step, duration: clock.now() - started });
    const attested = await attestPushed(target, { digest, result: image }, context);
    if ("failure" in attested) return attested;
    return { pushed: { reference: `${repository}:${target.tag.tag}`, digest, ...attested } };
  } catch (error) {
    signal.throwIfAborted();
    return { failure: pushFailure(error, target) };
  }
}

/**
 * A result in the store gets its tag there, and no layer comes from the engine. Undefined where the engine has to push: it may
 * reach registries that sti does not, and a result may be gone by now.
 */
async function publish(
  target: Target,
  { image, signal, store }: Pick<PushContext, "image" | "signal" | "store">,
): Promise<string | undefined> {
  if (image.stored === undefined || store === undefined) return undefined;
  try {
    return (await store.publish(target, image.stored)).digest;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof RegistryError)) throw error;
    if (image.imageId === undefined && !PASSING.has(error.reason)) throw error;
    return undefined;
  }
}

/** Reasons for which a push by the engine may succeed although it has to get the image first. */
const PASSING: ReadonlySet<RegistryError["reason"]> = new Set([
  "not-found",
  "invalid",
  "unreachable",
  "untrusted",
]);

/**
 * The engine pushes the image that has the tag: where somebody else moved it, this rejects. Resolves to why it cannot be
 * known; the push itself has succeeded. The digest alone is no proof to the contrary: some engines compress layers anew
 * on the way, and some name none.
 */
async function checkPushed(
  { tag: { full, short } }: Target,
  digest: string | undefined,
  { imageId, session, signal }: Pick<PushContext, "session" | "signal"> & { readonly imageId: string },
): Promise<string | undefined> {
  const { engine } = session;
  try {
    if ((await engine.inspectImage(full, { signal }))?.id === imageId) return undefined;
    const names = (await engine.inspectImage(imageId, { signal }))?.digests ?? [];
    if (digest !== undefined && names.some((name) => name.endsWith(`@${digest}`))) return undefined;
  } catch (error) {
    if (signal.aborted || !(error instanceof EngineError)) throw error;
    return `pushed ${digest ?? short}, but could not check that it is the image that was built: ${error.message}`;
  }
  const message = `${short} was moved to another image during the push; the registry may not have ${imageId}`;
  throw new EngineError({ reason: "other", operation: "push image", message });
}

export function pushFailure(error: unknown, target: Target): Failure {
  const path = [...target.path, "tag"];
  if (error instanceof ImpossibleError) return error.failures[0];
  if (error instanceof RegistryError) {
    const { message, reason } = error;
    const tag = target.tag.short;
    return { code: "push-failed", target: target.name, path, tag, reason: REGISTRY_REASONS[reason], message };
  }
  if (!(error instanceof EngineError)) return bugOf(error, target.name);
  const reason = reasons[error.reason];
  if (reason === undefined) return failureOfEngine(error, target.name);
  const { message } = error;
  return { code: "push-failed", target: target.name, path, tag: target.tag.short, reason, message };
}

type PushReason = Extract<Failure, { code: "push-failed" }>["reason"];

const REGISTRY_REASONS: Readonly<Record<RegistryError["reason"], PushReason>> = {
  unreachable: "network",
  untrusted: "network",
  denied: "denied",
  "rate-limit": "rate-limit",
  "not-found": "not-found",
  full: "other",
  unsupported: "other",
  invalid: "other",
  refused: "other",
};

const reasons: Partial<Readonly<Record<EngineError["reason"], PushReason>>> = {
  "push-not-found": "not-found",
  "push-denied": "denied",
  "push-network": "network",
  "push-rate-limit": "rate-limit",
  other: "other",
};
