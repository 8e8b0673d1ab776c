// Reads the files of an image through a container that is created, never started, and removed.
import type { ImageDetails } from "../engine/image.ts";
import { idleContainer } from "../plan/idle-container.ts";
import type { CompareSession } from "./compare-session.ts";
import type { FileList, ReadFilesOptions } from "./image-files.ts";

export async function readFiles(
  image: ImageDetails,
  { engine, files, nextName, signal }: CompareSession,
  options: ReadFilesOptions,
): Promise<FileList> {
  return await withContainer(image, { engine, nextName, signal }, async (container) =>
    files.readFiles(await engine.exportContainer(container, { signal }), options),
  );
}

/** Its name is the session's: if the session is killed meanwhile, a later one removes it. */
export async function withContainer<T>(
  image: ImageDetails,
  { engine, nextName, signal }: Pick<CompareSession, "engine" | "nextName" | "signal">,
  use: (container: string) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  // Without the signal: a container whose id is not waited for could not be removed.
  const container = await engine.createContainer(idleContainer(image.id, nextName()));
  try {
    return await use(container);
  } finally {
    await engine.removeContainer(container);
  }
}
