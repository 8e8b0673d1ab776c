// An image of the shared store that the engine has only while it is compared.
import {
  borrowNames,
  EngineError,
  formatSessionId,
  type ImageDetails,
  inspectWhole,
  isPulledImage,
  LABEL,
  type RegistryImage,
} from "@sti/core";
import type { Connection } from "../engine/connect-engine.ts";
import { currentOwner } from "../process/session-owner.ts";
import { sanitizeLine } from "../render/sanitize.ts";

export interface BorrowedImage {
  readonly details: ImageDetails;
  /** Takes its name from the engine, and with it the image, unless it has other names. Rejects with defects only. */
  release(): Promise<void>;
}

/** Rejects with EngineError or the signal's reason, when nothing is left behind. */
export async function borrowImage(
  { engine, ledger }: Pick<Connection, "engine" | "ledger">,
  image: RegistryImage,
  { signal, stderr }: { readonly signal: AbortSignal; readonly stderr: { write(text: string): unknown } },
): Promise<BorrowedImage> {
  const name = `${image.repository}@${image.referenceDigest}`;
  const present = await inspectWhole(engine, name, { signal });
  // Somebody has pulled it: it stays.
  if (present !== undefined) return { details: present, release: async () => {} };
  const warn = (message: string) => void stderr.write(`sti: warning: ${sanitizeLine(message)}\n`);
  const names = borrowNames({ engine, id: formatSessionId(currentOwner()), ledger: () => ledger, warn });
  const release = async () => {
    await names.drop(name);
    await names.end();
  };
  try {
    await names.note(name);
    await engine.pullImage(name, { signal });
    const details = await inspectWhole(engine, name, { signal });
    const key = image.config.labels[LABEL.key];
    if (details !== undefined && isPulledImage(details, image)) return { details, release };
    const message = `${name} is not the image with key ${key ?? ""} after its pull, but ${details?.id ?? "none"}`;
    throw new EngineError({ reason: "other", operation: "pull image", message });
  } catch (error) {
    await release();
    throw error;
  }
}
