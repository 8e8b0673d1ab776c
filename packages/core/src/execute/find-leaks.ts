// Looks into a new image for what must never be in one: the source, artifacts, build-only variables and secrets. They are
// mounted while scripts run, and mounts stay out of images on engines that mount as they say. That is checked, not
// believed: an engine that uploads files below a mount point would publish them with the image.
import type { CallOptions, Engine } from "../engine.ts";
import { FOLDER } from "../plan/app-build.ts";
import { LABEL } from "../plan/labels.ts";

/** Folders that scripts find mounted. What is in them belongs to the build alone. */
export const MOUNTED_FOLDERS: readonly string[] = [
  FOLDER.source,
  FOLDER.artifacts,
  FOLDER.output,
  FOLDER.buildOnly,
  FOLDER.secrets,
];

/**
 * The folders that hold something in the image. `isOutput`: of a build stage, whose output folder is its result, or of an
 * image whose base has such files of its own.
 */
export async function findLeaks(
  engine: Engine,
  image: string,
  look: {
    readonly containerName: string;
    /** Folders that may hold something. */
    readonly allowed?: readonly string[];
  } & CallOptions,
): Promise<readonly string[]> {
  const { allowed = [], containerName, signal } = look;
  signal?.throwIfAborted();
  // Without the signal: a container whose id is not waited for could not be removed.
  const container = await engine.createContainer({
    image,
    name: containerName,
    entrypoint: ["/bin/sh"],
    cmd: [],
    env: [],
    user: "",
    labels: { [LABEL.managed]: "1" },
    mounts: [],
  });
  try {
    const found = await Promise.all(
      MOUNTED_FOLDERS.map(async (folder) =>
        !allowed.includes(folder) && (await engine.holdsFiles(container, folder, { signal })) ? [folder] : [],
      ),
    );
    return found.flat();
  } finally {
    await engine.removeContainer(container);
  }
}
