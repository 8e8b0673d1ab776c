// Tags in the repository of a store: names of results and pointers to them. Pure.
import { createHash } from "node:crypto";
import type { StoreName } from "./result-store.ts";

const POINTER = "sti-last-";
const RESULT = /^sti-(?<key>[0-9a-f]{64})(?<build>-build)?$/;
/** Characters of a tag. */
const LONGEST = 128;

/** "sti-KEY" or "sti-KEY-build". */
export function formatStoreTag({ key, stage }: StoreName): string {
  return `sti-${key}${stage === "build" ? "-build" : ""}`;
}

/** Undefined if the tag is none of a result. */
export function parseStoreTag(tag: string): StoreName | undefined {
  const { key, build } = RESULT.exec(tag)?.groups ?? {};
  return key === undefined ? undefined : { key, stage: build === undefined ? "result" : "build" };
}

/** The tag of a pointer as `pointerTo` makes it. */
export function formatPointerTag(pointer: string): string {
  return `${POINTER}${pointer}`;
}

/** The pointer of a tag, undefined if the tag is none of a pointer. */
export function parsePointerTag(tag: string): string | undefined {
  return tag.startsWith(POINTER) ? tag.slice(POINTER.length) : undefined;
}

/**
 * The pointer to the last result of a target, on a branch where one is given: "api-main". Names that are no tag, that
 * are too long, or that could be mistaken for another pair end in a digest of the pair: "api-feature-x-1a2b3c4d5e6f".
 */
export function pointerTo(target: string, branch?: string): string {
  const plain = branch === undefined ? target : `${target}-${branch}`;
  const longest = LONGEST - POINTER.length;
  const isPlain = /^[A-Za-z0-9_.]+(?:-[A-Za-z0-9_.]+)?$/.test(plain) && plain.length <= longest;
  if (isPlain && plain.includes("-") === (branch !== undefined)) return plain;
  const digest = createHash("sha256")
    .update(JSON.stringify([target, branch]))
    .digest("hex")
    .slice(0, 12);
  const safe = plain.replace(/[^A-Za-z0-9_.-]/g, "-").slice(0, longest - digest.length - 1);
  return `${safe}-${digest}`;
}
