// Removes a run's leftovers from the engine, so that they are not counted again in the next one.
import { callEngine } from "@sti/testing/engine-api";
import type { Holdings } from "./read-state.ts";

/** Everything in `after` that `before` does not have. */
export async function removeLeftovers(host: string, before: Holdings, after: Holdings): Promise<void> {
  const remove = (path: string) => callEngine({ host }, "DELETE", path);
  const added = (kind: keyof Holdings) => after[kind].filter((name) => !before[kind].includes(name));
  for (const name of added("containers")) await remove(`/containers/${name}?force=1&v=1`);
  for (const name of added("volumes")) await remove(`/volumes/${name}?force=1`);
  for (const id of added("untaggedImages")) await remove(`/images/${id}?force=1`);
}
