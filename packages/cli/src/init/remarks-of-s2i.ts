// The parts of a source of s2i that builders of sti do not use, with the s2i builder images that would. Pure.
import { posix } from "node:path";
import { parseImageReference } from "@sti/core";
import type { Remark, S2iSource } from "./inspection.ts";
import type { S2iImages } from "./proposal.ts";

/** Tags that are listed. */
const MOST_TAGS = 8;

export function remarksOfS2i(source: S2iSource, images: S2iImages | undefined): readonly Remark[] {
  const remarks: Remark[] = [];
  const { hasFolder, image, path, scripts } = source;
  if (image !== undefined)
    remarks.push({ place: posix.join(path, ".s2ifile"), reason: describeSaved(image, images) });
  if (hasFolder) {
    const unused = scripts.length === 0 ? "" : `${scripts.map((name) => `bin/${name}`).join(", ")}: `;
    remarks.push({ place: posix.join(path, ".s2i"), reason: `${unused}${describeImages(images)}` });
  }
  return remarks;
}

function describeSaved(image: string, images: S2iImages | undefined): string {
  const named = `names the builder image ${image}`;
  if (images === undefined || "problem" in images) return `${named}; with it: sti init --builder ${image}`;
  const hasImage = images.tags.some((tag) => fullName(tag) === fullName(image));
  return hasImage
    ? `${named}, which the engine has; with it: sti init --builder ${image}`
    : `${named}, which the engine does not have; pull it, then: sti init --builder ${image}`;
}

function describeImages(images: S2iImages | undefined): string {
  const unused = "used by s2i builder images only";
  if (images === undefined) return unused;
  if ("problem" in images)
    return `${unused}; with one: sti init --builder IMAGE (the engine was not asked for its images: ${images.problem})`;
  const [first] = images.tags;
  if (first === undefined)
    return `${unused}, and the engine has none; pull one, then: sti init --builder IMAGE`;
  const listed = images.tags.slice(0, MOST_TAGS).join(", ");
  const others = images.tags.length > MOST_TAGS ? ` and ${images.tags.length - MOST_TAGS} more` : "";
  return `${unused}; the engine has ${listed}${others}: sti init --builder ${first}`;
}

function fullName(tag: string): string {
  const parsed = parseImageReference(tag);
  return "reference" in parsed ? parsed.reference.full : tag;
}
