// Images that dead sessions left, and dependency layers without use.
import {
  type Engine,
  type Facts,
  findUnusedLayers,
  hasProof,
  type ImageSummary,
  isBuilding,
  LABEL,
  parseOwner,
  removeUntagged,
  SESSION_NAME_PREFIX,
  shortenReference,
  sweepVariantTags,
} from "@sti/core";
import type { CleanItem } from "../print/clean-report.ts";
import { isDeadOwner } from "../process/session-owner.ts";
import type { Cleaning } from "./cleaning.ts";

/** Images of comparisons that were killed: they have temporary tags. */
export async function cleanVariants(
  { engine, dryRun, removed, signal }: Cleaning,
  facts: Facts,
): Promise<void> {
  const hands = dryRun ? { ...engine, removeImage: async () => "removed" as const } : engine;
  for (const tag of await sweepVariantTags(hands, facts, isDeadOwner, { signal })) {
    const image = facts.images.get(tag);
    const item = {
      kind: "image" as const,
      name: shortenReference(tag),
      id: image?.id ?? tag,
      size: image?.size ?? null,
      lastUsed: null,
    };
    removed.push(item);
  }
}

/**
 * Untagged images that a session made, and died before it could tag or remove them, and dependency layers that no image
 * is based on.
 */
export async function cleanImages(cleaning: Cleaning, now: number | undefined): Promise<void> {
  const { engine, usage, dryRun, removed, kept, signal } = cleaning;
  const listed = await engine.listImages({ signal });
  const unused = findUnusedLayers(listed);
  const leftOver = [...(await findLeftOver(engine, listed, signal)), ...unused.keys()];
  if (leftOver.length === 0) return;
  const busy = await whyBusy(cleaning, now);
  const users = (await engine.listContainers("", { signal })).filter(({ name }) => !isOfDeadSession(name));
  for (const image of leftOver) {
    const layer = unused.get(image);
    const item: CleanItem = {
      kind: "image",
      name:
        layer === undefined
          ? `of ${image.labels[LABEL.target] ?? "an unknown target"}`
          : shortenReference(layer),
      id: image.id,
      size: usage.images.find(({ id }) => id === image.id)?.size ?? null,
      lastUsed: null,
    };
    if (busy !== undefined) kept.push({ ...item, reason: busy });
    else if (users.some((container) => container.image === image.id)) kept.push({ ...item, reason: USED });
    else if (dryRun) removed.push(item);
    else {
      const outcome =
        layer === undefined
          ? await removeUntagged(engine, image.id, { isOwn: async () => true, signal })
          : await engine.removeImage(layer, { signal });
      if (outcome === "removed") removed.push(item);
      else if (outcome === "in-use") kept.push({ ...item, reason: USED });
    }
  }
}

const USED = "a container or another image uses it";

/**
 * Untagged results of sti: images that somebody made from one have its labels, too. One that was pushed still has the
 * digest that it has there when its tag has moved on.
 */
async function findLeftOver(
  engine: Engine,
  listed: readonly ImageSummary[],
  signal: AbortSignal,
): Promise<readonly ImageSummary[]> {
  const untagged = listed.filter(({ tags }) => tags.length === 0);
  const isOwn = await Promise.all(untagged.map((image) => hasProof(engine, image, { signal })));
  return untagged.filter((_, index) => isOwn[index]);
}

/** A session that is building may be about to tag one of the untagged images. */
async function whyBusy(
  { engine, usage, signal }: Cleaning,
  now: number | undefined,
): Promise<string | undefined> {
  const [containers, volumes] = await Promise.all([
    engine.listContainers(SESSION_NAME_PREFIX, { signal }),
    engine.listVolumes(LABEL.managed, { signal }),
  ]);
  const lives = ({ name }: { readonly name: string }) =>
    parseOwner(name) !== undefined && !isOfDeadSession(name);
  if ([...containers, ...volumes].some(lives)) return "another session may be about to use it";
  // A session that builds by the Dockerfile method has no container: only its build can be seen.
  if (isBuilding(usage.buildCache, now)) return "a build is going on that may be about to use it";
  return undefined;
}

function isOfDeadSession(name: string): boolean {
  const owner = parseOwner(name);
  return owner !== undefined && isDeadOwner(owner);
}
