// Copies changed files of a source straight into a running container, as the user that the image runs as.
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import { type Owner, SourceChangedError, type Sources } from "../source/source.ts";
import { readAccounts, resolveOwner } from "../survey/survey-image.ts";
import type { DevContainer } from "./dev-container.ts";
import type { SyncPlan } from "./plan-sync.ts";

/** Whether the container has all of them. After an error it has some, or none: a new image has them all in any case. */
export async function syncFiles(
  plan: SyncPlan,
  {
    container,
    engine,
    sources,
    time,
  }: {
    readonly container: Pick<DevContainer, "id" | "imageId">;
    readonly engine: Engine;
    readonly sources: Pick<Sources, "pack">;
    /** Milliseconds since 1970: the files' time, so that servers notice that they changed. */
    readonly time: number;
  },
): Promise<boolean> {
  try {
    const owner = await findImageOwner(engine, container);
    const parts = [{ kind: "source", snapshot: plan.snapshot, path: "", owner }] as const;
    await engine.uploadArchive(container.id, sources.pack(parts, { time: Math.floor(time / 1000) }));
    return true;
  } catch (error) {
    if (error instanceof EngineError || error instanceof SourceChangedError) return false;
    throw error;
  }
}

/** Root where the image's user has no number, as nothing could run as that user. */
async function findImageOwner(
  engine: Engine,
  { id, imageId }: Pick<DevContainer, "id" | "imageId">,
): Promise<Owner> {
  const user = (await engine.inspectImage(imageId))?.config.user ?? "";
  const accounts = await readAccounts((path, headBytes) => engine.readFile(id, path, { headBytes }));
  return resolveOwner(user, accounts) ?? { uid: 0, gid: 0 };
}
