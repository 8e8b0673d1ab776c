// The proof that an image is a result of sti. Labels are inherited by every image that is made from one; the newest step
// of a history is not. The last step of each build names the key: as an instruction, or as the comment of a commit. Pure.
import type { HistoryEntry, ImageSummary } from "../engine/image.ts";
import type { Facts } from "./facts.ts";
import { LABEL } from "./labels.ts";

/** The comment of a commit ends with this. */
export function proofOf(key: string): string {
  return `${LABEL.key}=${key}`;
}

/** The last instruction of a stage that makes an image. */
export function proofInstruction(key: string): string {
  return `LABEL ${proofOf(key)}`;
}

/** `history`: newest first. Podman turns labels that come with the call into an instruction with quotes. */
export function provesKey(history: readonly HistoryEntry[], key: string): boolean {
  const [newest] = history;
  if (newest === undefined) return false;
  const words = `${newest.createdBy} ${newest.comment}`.replaceAll('"', "").split(/\s+/);
  return words.includes(proofOf(key));
}

/** Whether an image claims by its labels to be a result. */
export function claimsToBeResult({ labels }: Pick<ImageSummary, "labels">): boolean {
  return labels[LABEL.managed] !== undefined && labels[LABEL.key] !== undefined;
}

/** Facts in which these images do not claim to be results. */
export function disown(facts: Facts, ids: ReadonlySet<string>): Facts {
  if (ids.size === 0) return facts;
  const names: readonly string[] = Object.values(LABEL);
  const images = [...facts.images].map(([name, image]) => {
    if (!ids.has(image.id)) return [name, image] as const;
    const labels = Object.entries(image.labels).filter(([label]) => !names.includes(label));
    return [name, { ...image, labels: Object.fromEntries(labels) }] as const;
  });
  return { ...facts, images: new Map(images) };
}
