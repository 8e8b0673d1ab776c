// An image of the shared store that the engine has only while it is compared.
import {
  type Engine,
  EngineError,
  type ImageDetails,
  isPulledImage,
  LABEL,
  type RegistryImage,
} from "@sti/core";
import { sanitizeLine } from "../render/sanitize.ts";

export interface BorrowedImage {
  readonly details: ImageDetails;
  /** Takes its name from the engine, and with it the image, unless it has other names. Rejects with defects only. */
  release(): Promise<void>;
}

/** Rejects with EngineError or the signal's reason, when nothing is left behind. */
export async function borrowImage(
  engine: Engine,
  image: RegistryImage,
  { signal, stderr }: { readonly signal: AbortSignal; readonly stderr: { write(text: string): unknown } },
): Promise<BorrowedImage> {
  const name = `${image.repository}@${image.referenceDigest}`;
  const present = await engine.inspectImage(name, { signal });
  // Somebody has pulled it: it stays.
  if (present !== undefined) return { details: present, release: async () => {} };
  const release = async () => {
    try {
      await engine.removeImage(name);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      const problem = `${name} is left in the engine, docker rmi removes it: ${error.message}`;
      stderr.write(`sti: warning: ${sanitizeLine(problem)}\n`);
    }
  };
  try {
    await engine.pullImage(name, { signal });
    const details = await engine.inspectImage(name, { signal });
    const key = image.config.labels[LABEL.key];
    if (details !== undefined && isPulledImage(details, image)) return { details, release };
    const message = `${name} is not the image with key ${key ?? ""} after its pull, but ${details?.id ?? "none"}`;
    throw new EngineError({ reason: "other", operation: "pull image", message });
  } catch (error) {
    await release();
    throw error;
  }
}
