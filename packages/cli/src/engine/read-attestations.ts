// Reads the documents that are attached to an image in its registry. No engine is asked.
import type { Attachment, ImageReference } from "@sti/core";
import type { CommandContext } from "../process/command-context.ts";

/** Bytes of a document. */
const LARGEST = 32 * 1024 ** 2;

export interface AttachedDocuments {
  /** The digest of the manifest or index. */
  readonly digest: string;
  readonly attached: readonly Attachment[];
}

export interface ReadAttestations extends AttachedDocuments {
  /** Of an index: its images, each with its own documents. */
  readonly images: readonly (AttachedDocuments & { readonly platform: string })[] | undefined;
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
    const resolved = await registry.resolve(full, { signal });
    if (resolved === undefined) return undefined;
    const options = { artifactType: STATEMENT_TYPE, limit: LARGEST, signal };
    const read = async <Image extends { readonly digest: string }>(image: Image) => ({
      ...image,
      attached: await registry.readAttached(`${repository}@${image.digest}`, options),
    });
    const { digest, images } = resolved;
    return { ...(await read({ digest })), images: images && (await Promise.all(images.map(read))) };
  } finally {
    await client.close();
  }
}
