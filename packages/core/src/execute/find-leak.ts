// Inspects a new image for files in folders that only its build may see, in containers that are never started.
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { idleContainer } from "../plan/idle-container.ts";

export interface LeakSearch {
  /** Id of the new image. */
  readonly image: string;
  /** Id of the image that it is based on. */
  readonly base: string;
  readonly folders: readonly string[];
  readonly newName: () => string;
  /** Called with the error where a container could not be removed. */
  readonly onLeft: (error: unknown) => void;
}

/** The folders in which the image holds files and its base holds none. */
export async function findLeak(
  engine: Engine,
  search: LeakSearch,
  options: CallOptions = {},
): Promise<readonly string[]> {
  const filled = await findFilled(engine, search, options);
  if (filled.length === 0) return [];
  const inherited = await findFilled(engine, { ...search, image: search.base, folders: filled }, options);
  return filled.filter((folder) => !inherited.includes(folder));
}

export function describeLeak(folders: readonly string[]): string {
  return `it holds files in ${folders.join(" and ")}, which only the build may see`;
}

async function findFilled(
  engine: Engine,
  { folders, image, newName, onLeft }: Omit<LeakSearch, "base">,
  options: CallOptions,
): Promise<readonly string[]> {
  options.signal?.throwIfAborted();
  // Without the signal: a container whose id is not waited for could not be removed.
  const container = await engine.createContainer(idleContainer(image, newName()));
  try {
    const answers = await Promise.all(
      folders.map((folder) => engine.holdsFiles(container, folder, { signal: options.signal })),
    );
    return folders.filter((_, index) => answers[index]);
  } finally {
    await engine.removeContainer(container).catch(onLeft);
  }
}
