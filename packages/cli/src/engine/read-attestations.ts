// Reads the documents that are attached to an image in its registry. No engine is asked.
import type { Attachment, ImageReference } from "@sti/core";
import type { CommandContext } from "../process/command-context.ts";

/** Bytes of a document. */
const LARGEST = 32 * 1024 ** 2;

export interface ReadAttestations {
  /** Of the manifest or index that the reference stands for. */
  readonly digest: string;
  readonly attached: readonly Attachment[];
}

/** Undefined if there is no such image. Rejects with RegistryError. */
export async function readAttestations(
  { full, repository }: ImageReference,
  { insecure }: { readonly insecure: boolean },
  { env, signal }: Pick<CommandContext, "env" | "signal">,
): Promise<ReadAttestations | undefined> {
  const { createImageRegistry, createRegistryClient } = await import("@sti/registry");
  const { STATEMENT_TYPE } = await import("@sti/attest");
  const client = createRegistryClient({ env, insecure: insecure ? [repository.split("/")[0] ?? ""] : [] });
  try {
    const registry = createImageRegistry(client);
    const digest = await registry.resolve(full, { signal });
    if (digest === undefined) return undefined;
    const options = { artifactType: STATEMENT_TYPE, limit: LARGEST, signal };
    return { digest, attached: await registry.readAttached(`${repository}@${digest}`, options) };
  } finally {
    await client.close();
  }
}
