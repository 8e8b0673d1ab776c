// Pushes the image of one target that has succeeded, and makes sure that the registry has that very image.
import type { Target } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { Failure } from "../failure/failure.ts";
import type { PushedImage } from "./event.ts";
import { bugOf, failureOfEngine } from "./failure-of-error.ts";
import type { Session } from "./session.ts";
import { emitFor } from "./target-events.ts";

/** The result of a push; the local image and its tag stay as they are in any case. */
export type Push = { readonly pushed: PushedImage } | { readonly failure: Failure };

/** `imageId`: of the target's image. Rejects only with the signal's reason. */
export async function pushTarget(
  target: Target,
  context: { readonly session: Session; readonly imageId: string; readonly signal: AbortSignal },
): Promise<Push> {
  const { session, signal } = context;
  const { clock, engine } = session;
  const { full, repository, short } = target.tag;
  const started = clock.now();
  const step = "push-image" as const;
  emitFor(session, target.name, { type: "step-started", step, title: `push ${short}` });
  try {
    const digest = await engine.pushImage(full, {
      signal,
      onProgress: (progress) => emitFor(session, target.name, { type: "step-progress", step, ...progress }),
    });
    const problem = await checkPushed(target, digest, context);
    if (problem !== undefined) emitFor(session, target.name, { type: "target-warning", message: problem });
    emitFor(session, target.name, { type: "step-finished", step, duration: clock.now() - started });
    return { pushed: { reference: `${repository}:${target.tag.tag}`, digest } };
  } catch (error) {
    signal.throwIfAborted();
    return { failure: pushFailure(error, target) };
  }
}

/**
 * The engine pushes the image that has the tag: where somebody else moved it, this rejects. Resolves to why it cannot be
 * known; the push itself has succeeded. The digest alone is no proof to the contrary: some engines compress layers anew
 * on the way, and some name none.
 */
async function checkPushed(
  { tag: { full, short } }: Target,
  digest: string | undefined,
  { imageId, session, signal }: Parameters<typeof pushTarget>[1],
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

function pushFailure(error: unknown, target: Target): Failure {
  if (!(error instanceof EngineError)) return bugOf(error, target.name);
  const reason = reasons[error.reason];
  if (reason === undefined) return failureOfEngine(error, target.name);
  const { message } = error;
  const path = [...target.path, "tag"];
  return { code: "push-failed", target: target.name, path, tag: target.tag.short, reason, message };
}

const reasons: Partial<
  Readonly<Record<EngineError["reason"], Extract<Failure, { code: "push-failed" }>["reason"]>>
> = {
  "push-not-found": "not-found",
  "push-denied": "denied",
  "push-network": "network",
  "push-rate-limit": "rate-limit",
  other: "other",
};
