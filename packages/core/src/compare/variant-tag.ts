// The temporary tags of variants. They name their session, so that a later one can remove those of a dead one.
import { type ImageReference, parseImageReference } from "../definition/image-reference.ts";
import { parseOwner, type SessionOwner } from "../execute/session-id.ts";

const FOLDER = "sti-compare";
const PREFIX = `docker.io/${FOLDER}/`;
/** A tag has room for 128 characters, and those of build stages end in "-build". */
const LONGEST_NAME = 100;

/** `number` distinguishes variants whose names are cut. */
export function formatVariantTag(session: string, name: string, number: number): ImageReference {
  const readable = name.replaceAll(/[^A-Za-z0-9_.-]/g, "-").slice(0, LONGEST_NAME);
  const parsed = parseImageReference(`${FOLDER}/${session}:variant-${number}-${readable}`);
  if ("problem" in parsed) throw new Error(`no tag can be made for ${name}: it ${parsed.problem}`);
  return parsed.reference;
}

/** The owner of a temporary tag in its normal form; undefined for every other tag. */
export function ownerOfVariantTag(tag: string): SessionOwner | undefined {
  return tag.startsWith(PREFIX) ? parseOwner(tag.slice(PREFIX.length, tag.lastIndexOf(":"))) : undefined;
}
