// Containers, volumes and networks of dead sessions. Containers that people started from built images have these images'
// labels; sessions' own are recognized by their names.
import { findAbandoned, SESSION_NAME_PREFIX, type SessionOwner, sweepLeftovers } from "@sti/core";
import { isDeadOwner, judgeOwner } from "../process/session-owner.ts";
import { type Cleaning, itemOf, removeUnusedVolume } from "./cleaning.ts";

/** Leftovers of sessions whose process has ended. */
export async function cleanLeftovers({ engine, usage, dryRun, removed, signal }: Cleaning): Promise<void> {
  // A dry run takes the same decisions, with hands that do nothing.
  const hands = dryRun
    ? {
        ...engine,
        removeContainer: async () => {},
        removeNetwork: async () => {},
        removeVolume: async () => {},
      }
    : engine;
  const ids = new Map(
    (await engine.listContainers(SESSION_NAME_PREFIX, { signal })).map(({ name, id }) => [name, id]),
  );
  const swept = await sweepLeftovers(hands, isDeadOwner, { signal });
  for (const name of swept.containers) {
    const id = ids.get(name) ?? name;
    const size = usage.containers.find((row) => row.id === id)?.size;
    removed.push(itemOf("container", { name, id, size }));
  }
  for (const name of swept.volumes) {
    const size = usage.volumes.find((row) => row.name === name)?.size;
    removed.push(itemOf("volume", { name, id: name, size }));
  }
  for (const name of swept.networks) removed.push(itemOf("network", { name, id: name, size: undefined }));
}

/** Leftovers of sessions whose process is not visible from here, once they are old. */
export async function cleanAbandoned(cleaning: Cleaning, now: number | undefined): Promise<void> {
  const { engine, usage, dryRun, removed, kept, signal } = cleaning;
  const isUnknown = (owner: SessionOwner) => judgeOwner(owner) === "unknown";
  const containers = await engine.listContainers(SESSION_NAME_PREFIX, { signal });
  const { abandoned, left } = findAbandoned({ containers, volumes: usage.volumes }, { isUnknown, now });
  const ofContainer = ({ name, id }: { readonly name: string; readonly id: string }) =>
    itemOf("container", { name, id, size: usage.containers.find((row) => row.id === id)?.size });
  const ofVolume = ({ name, size }: { readonly name: string; readonly size: number | undefined }) =>
    itemOf("volume", { name, id: name, size });
  for (const container of abandoned.containers) {
    if (!dryRun) await engine.removeContainer(container.id, { signal });
    removed.push({ ...ofContainer(container), reason: ABANDONED });
  }
  for (const volume of abandoned.volumes) {
    if (dryRun || (await removeUnusedVolume(engine, volume.name, signal))) {
      removed.push({ ...ofVolume(volume), reason: ABANDONED });
    } else kept.push({ ...ofVolume(volume), reason: "a container has it mounted" });
  }
  const items = [...left.containers.map(ofContainer), ...left.volumes.map(ofVolume)];
  kept.push(...items.map((item) => ({ ...item, reason: MAY_LIVE })));
}

const ABANDONED = "of a session that cannot be seen from here; stopped and older than a day";
const MAY_LIVE =
  "its session cannot be seen from here and may be alive; sti clean removes it once all of the session is stopped and older than a day";
