// The engine's objects of one target's build so far, and their removal. Only images that got their tags may outlive the
// build.
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageStage, PlannedBase, Stage } from "../plan/step.ts";
import { removeUntagged } from "./remove-untagged.ts";
import type { WaitingContainer } from "./waiting-container.ts";

export interface TargetResources {
  /** Containers by the stage they build. */
  readonly containers: Map<Stage, string>;
  /** Image ids by the stage whose result they are. */
  readonly images: Map<ImageStage, string>;
  /** Stages whose images have their tags. */
  readonly tagged: Set<ImageStage>;
  /** Names of volumes that outlive a container, by their names in the plan. */
  readonly volumes: Map<string, string>;
  /** The source that this build filled for itself and later ones. */
  filledCache?: PlannedBase | undefined;
  /** Makes the commands of this build differ from all earlier ones, once it is needed. */
  nonce?: string | undefined;
  /** The container of this stage runs already, and waits for its input. */
  waiting?: { readonly stage: Stage; readonly container: WaitingContainer } | undefined;
}

export function createTargetResources(): TargetResources {
  return { containers: new Map(), images: new Map(), tagged: new Set(), volumes: new Map() };
}

/**
 * Removes everything but tagged images. Takes no signal: an interrupted session cleans up too. Resolves to the errors,
 * which must not hide how the build itself ended.
 */
export async function removeResources(
  engine: Engine,
  resources: TargetResources,
): Promise<readonly unknown[]> {
  const errors = await removeContainers(engine, resources);
  const untagged = [...resources.images].filter(([stage]) => !resources.tagged.has(stage));
  const ofImages = untagged.map(([, id]) => removeUntagged(engine, id, { isOwn: async () => true }));
  return [...errors, ...(await attemptAll(ofImages))];
}

/** Removes the containers with their volumes, which nobody needs once they are committed. Resolves to the errors. */
export async function removeContainers(
  engine: Engine,
  { containers, volumes }: TargetResources,
): Promise<readonly unknown[]> {
  const ids = [...containers.values()];
  const names = [...volumes.values()];
  containers.clear();
  volumes.clear();
  const errors = await attemptAll(ids.map((id) => engine.removeContainer(id)));
  return [...errors, ...(await attemptAll(names.map((name) => removeVolume(engine, name))))];
}

/** One that a container holds is left to the next session: that the container is still there has been reported. */
async function removeVolume(engine: Engine, name: string): Promise<void> {
  try {
    await engine.removeVolume(name);
  } catch (error) {
    if (!(error instanceof EngineError && error.reason === "conflict")) throw error;
  }
}

async function attemptAll(removals: readonly Promise<unknown>[]): Promise<readonly unknown[]> {
  const ended = await Promise.allSettled(removals);
  return ended.flatMap((one): readonly unknown[] => (one.status === "rejected" ? [one.reason] : []));
}
