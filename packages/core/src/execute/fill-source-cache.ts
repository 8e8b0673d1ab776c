// Fills a volume with a source that later builds start from, and seals it: after that nobody writes to it any more.
import type { Engine } from "../engine/engine.ts";
import { LABEL, sourceCacheLabels } from "../plan/labels.ts";
import { CACHE_TREE } from "../plan/source-check.ts";
import type { PlannedBase, Step } from "../plan/step.ts";
import type { Sources } from "../source/source.ts";
import type { TargetResources } from "./target-resources.ts";

/** A source cache cannot be made here; the cause is the error thrown. */
export class NoSourceCacheError extends Error {}

export interface FillContext {
  readonly engine: Engine;
  readonly sources: Sources;
  readonly signal: AbortSignal;
  /** Seconds since 1970, for every file. */
  readonly time: number;
  readonly resources: TargetResources;
  readonly newName: () => string;
  /** The app. */
  readonly target: string;
  /** Records a sealed source; unless recorded, it is not kept. */
  readonly remember: (base: PlannedBase) => Promise<void>;
}

/**
 * The container that fills the volume stays until the build has ended, so that the volume always has a user; it is
 * never started. A volume that is not recorded goes with the build.
 */
export async function fillSourceCache(
  { image, owner, project, snapshot }: Extract<Step, { kind: "keep-source" }>,
  context: FillContext,
): Promise<PlannedBase> {
  const { engine, newName, resources, signal, sources, target, time } = context;
  const name = newName();
  // Start time of the session's process, its nonce, and a number: no other volume has this name.
  const volume = `${SOURCE_VOLUME_PREFIX}${project}-${name.split("-").slice(-3).join("-")}`;
  resources.volumes.set("kept", volume);
  const container = await engine.createContainer({
    image,
    name,
    entrypoint: ["none"],
    cmd: [],
    env: [],
    user: "",
    labels: { [LABEL.managed]: "1" },
    mounts: [{ kind: "volume", name: volume, target: MOUNT, labels: sourceCacheLabels(project, target) }],
  });
  resources.containers.set("source", container);
  const root = { uid: 0, gid: 0 };
  const below = (path: string) => `${MOUNT.slice(1)}/${path}`;
  const files = sources.pack(
    [
      { kind: "directory", path: below(SEAL), mode: 0o755, owner: root },
      { kind: "source", snapshot, path: below(CACHE_TREE), owner },
    ],
    { time },
  );
  await engine.uploadArchive(container, files, { signal });
  // Only now: a folder's own time is that of the last name that came into it.
  const seal = [
    { kind: "file", path: below(`${SEAL}/sealed`), content: "", mode: 0o444, owner: root },
  ] as const;
  await engine.uploadArchive(container, sources.pack(seal, { time }), { signal });
  const [sealed, details] = await Promise.all([
    engine.readFile(container, `${MOUNT}/${SEAL}`, { signal }),
    engine.inspectVolume(volume, { signal }),
  ]);
  if (sealed === undefined || details === undefined) throw new NoSourceCacheError("the volume went away");
  const base = { volume, folder: details.folder, sealedAt: sealed.modifiedAt };
  try {
    await context.remember(base);
  } catch (error) {
    throw new NoSourceCacheError("it cannot be remembered", { cause: error });
  }
  resources.volumes.delete("kept");
  return base;
}

/** Names of volumes that keep sources start with this. */
export const SOURCE_VOLUME_PREFIX = "sti-source-";

/** Folder of the volume in the filling container. */
const MOUNT = "/sti-kept";
/** Folder beside the files; its time is that of the last write. */
const SEAL = "seal";
