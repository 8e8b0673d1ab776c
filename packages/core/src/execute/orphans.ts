// Untagged images that the builds of sessions have made, and nobody will tag any more. A build is known by its key, which
// all sessions that build the same have: an image is removed only when no other session can be about to use it.
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { ImageSummary } from "../engine/image.ts";
import { LABEL } from "../plan/labels.ts";
import type { Ledger } from "./ledger.ts";
import { removeUntagged, type UntaggedRemoval } from "./remove-untagged.ts";
import { parseOwner, SESSION_NAME_PREFIX } from "./session-id.ts";

/** Sessions that may be alive and have written something down, other than the one that asks. */
export interface OtherSessions {
  readonly ids: readonly string[];
  /** Keys of the builds that they are at. */
  readonly keys: ReadonlySet<string>;
  /** Names that images have for their pushes and pulls. */
  readonly names: ReadonlySet<string>;
}

export const NO_OTHERS: OtherSessions = { ids: [], keys: new Set(), names: new Set() };

export async function findOthers({ files, isDead }: Ledger, own?: string): Promise<OtherSessions> {
  const ids: string[] = [];
  const keys = new Set<string>();
  const names = new Set<string>();
  for (const { id } of await files.list()) {
    const owner = parseOwner(id);
    if (id === own || owner === undefined || isDead(owner)) continue;
    ids.push(id);
    for (const entry of await files.read(id)) {
      if (entry.kind === "build") keys.add(entry.key);
      if (entry.kind === "named") names.add(entry.name);
    }
  }
  return { ids, keys, names };
}

/** "none": the engine has no such image. "left": it has one that may still be of use to somebody. */
export type OrphanRemoval = "none" | "removed" | "left";

export async function removeOrphans(
  engine: Engine,
  keys: ReadonlySet<string>,
  given: CallOptions & {
    /** As the engine listed them just now; asked for where they are left out. */
    readonly images?: readonly ImageSummary[];
    readonly others: OtherSessions;
    /** Called with the id of each image that sti was seen not to have made. */
    readonly onForeign?: (id: string) => void;
    /** Id of the session that asks. */
    readonly own?: string;
  },
): Promise<OrphanRemoval> {
  const { images, onForeign, others, own, ...options } = given;
  const found = (images ?? (await engine.listImages(options))).filter((image) => isOrphan(image, keys));
  if (found.length === 0) return "none";
  // Sessions of other machines, and of other users, have ledgers of their own: only their containers can be seen.
  const known = own === undefined ? others.ids : [...others.ids, own];
  if (await isUnknownAtWork(engine, known, options)) return "left";
  const removals: UntaggedRemoval[] = [];
  for (const { id } of found) {
    const removal = await removeUntagged(engine, id, { spared: others.keys, ...options });
    if (removal === "foreign") onForeign?.(id);
    removals.push(removal);
  }
  if (removals.includes("in-use")) return "left";
  return removals.every((removal) => removal === "foreign") ? "none" : "removed";
}

function isOrphan({ labels, tags }: ImageSummary, keys: ReadonlySet<string>): boolean {
  const key = labels[LABEL.key];
  return tags.length === 0 && labels[LABEL.managed] !== undefined && key !== undefined && keys.has(key);
}

/** Those of dead sessions were swept when this one began. A watch that is idle has containers, too. */
async function isUnknownAtWork(
  engine: Engine,
  known: readonly string[],
  options: CallOptions,
): Promise<boolean> {
  const containers = await engine.listContainers(SESSION_NAME_PREFIX, options);
  return containers.some(
    ({ name }) => parseOwner(name) !== undefined && !known.some((id) => name.startsWith(`${id}-`)),
  );
}
