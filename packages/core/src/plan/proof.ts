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

/**
 * `history`: newest first. Podman turns labels that come with the call into instructions with quotes, before version 5
 * one for each label in no order: those of sti above the proof are part of the same build.
 */
export function provesKey(history: readonly HistoryEntry[], key: string): boolean {
  const newest = history.find(({ createdBy }) => !OF_THE_CALL.test(createdBy) || createdBy.includes(key));
  if (newest === undefined) return false;
  const words = `${newest.createdBy} ${newest.comment}`.replaceAll('"', "").split(/\s+/);
  return words.includes(proofOf(key));
}

/** A label that sti gives to a call, as Podman writes it down. A Dockerfile's has no quotes around its name. */
const OF_THE_CALL = /#\(nop\) LABEL "(?:sti\.|org\.opencontainers\.image\.)/;

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
