// The image that a command was given as its argument: as the engine has it, or pulled.
import {
  type Engine,
  EngineError,
  failed,
  type ImageDetails,
  type ImageReference,
  inspectWhole,
  pullFailure,
  type Result,
  success,
} from "@sti/core";

/** `image`: as it was written, for failures. */
export async function obtainImage(
  engine: Engine,
  reference: ImageReference,
  { image, signal }: { readonly image: string; readonly signal: AbortSignal },
): Promise<Result<ImageDetails>> {
  const inspect = () => inspectWhole(engine, reference.full, { signal });
  const present = await inspect();
  if (present !== undefined) return success(present);
  let pulled: ImageDetails | undefined;
  try {
    await engine.pullImage(reference.full, { signal });
    pulled = await inspect();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    return failed([pullFailure(error, { target: image, path: [], image })]);
  }
  return pulled === undefined
    ? failed([{ code: "image-missing", target: image, path: [], image }])
    : success(pulled);
}
