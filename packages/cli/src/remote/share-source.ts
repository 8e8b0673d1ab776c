// Brings packed sources into the store, each once: a source that is there by its digest is neither packed nor sent.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ArtifactStore,
  formatSourceTag,
  type SourceSnapshot,
  type StoredBlob,
  TASK_LIFE,
} from "@sti/core";
import { openRegular } from "@sti/files";
import { packSource } from "@sti/source";

const TYPE = "application/vnd.sti.source.v1.tar+zstd";

export function createSourceSharing(
  artifacts: ArtifactStore,
): (snapshot: SourceSnapshot, options: { readonly signal: AbortSignal }) => Promise<StoredBlob> {
  const shared = new Map<string, Promise<StoredBlob>>();
  // Packing takes a processor: one source after the other.
  let last: Promise<unknown> = Promise.resolve();
  const share = async (snapshot: SourceSnapshot, signal: AbortSignal): Promise<StoredBlob> => {
    const tag = formatSourceTag(snapshot.digest);
    const found = await artifacts.find(tag, { signal });
    // One that may be removed before the task ends is added once more.
    if (found?.added !== undefined && Date.now() - found.added < TASK_LIFE / 2) return found;
    const pack = async (): Promise<StoredBlob> => {
      const folder = await mkdtemp(join(tmpdir(), "sti-source-"));
      try {
        const file = join(folder, "source.tar.zst");
        const packed = await packSource(snapshot, file, { signal });
        await artifacts.add(tag, { ...packed, mediaType: TYPE, open: () => readAll(file) }, { signal });
        return packed;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    };
    const packing = last.then(pack);
    last = packing.catch(() => {});
    return await packing;
  };
  return (snapshot, { signal }) => {
    const sharing = shared.get(snapshot.digest) ?? share(snapshot, signal);
    shared.set(snapshot.digest, sharing);
    return sharing;
  };
}

async function* readAll(file: string): AsyncGenerator<Uint8Array> {
  const { handle } = await openRegular(file);
  try {
    yield* handle.createReadStream({ autoClose: false });
  } finally {
    await handle.close();
  }
}
