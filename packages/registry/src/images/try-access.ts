// Finds out by trying what the credentials of this machine allow in a repository.
import { type CallOptions, type RegistryAccess, RegistryError } from "@sti/core";
import type { Host } from "../transport/host.ts";
import { tryUpload } from "./blobs.ts";
import { readManifest } from "./manifests.ts";
import type { Repository } from "./repository.ts";

/** No image has it. That it is missing is an answer, too; a refusal has words, unlike one of a HEAD request. */
const ABSENT = "sti-access";

/** Rejects only with the signal's reason. */
export async function tryAccess(
  host: Host,
  repository: Repository,
  { signal }: CallOptions = {},
): Promise<RegistryAccess> {
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      await work();
      return "allowed" as const;
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof RegistryError) return error;
      throw error;
    }
  };
  const read = await attempt(() => readManifest(host, repository, ABSENT, { signal }));
  // A registry that gave no answer to the one gives none to the other.
  if (read !== "allowed" && (read.reason === "unreachable" || read.reason === "untrusted"))
    return { read, write: read };
  return { read, write: await attempt(() => tryUpload(host, repository, { signal })) };
}
