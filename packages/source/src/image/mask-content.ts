// The second digest of a file whose content may differ in one place: past the stamp of compiled Python, or without
// what a user's patterns match. Made while the content streams by; nothing is kept of it but a text to be masked.
import { isUtf8 } from "node:buffer";
import { createHash } from "node:crypto";
import { type Mask, type MaskedDigest, RULE_NAMES } from "@sti/core";
import { matchPaths } from "../ignore/match-paths.ts";

/** Files that are larger are compared as they are, bytes. A pattern has to see all of a text at once. */
export const LARGEST_MASKED = 1 << 20;

export interface ContentMask {
  update(chunk: Uint8Array): void;
  finish(): MaskedDigest;
}

/** Says for each file whether, and how, a part of its content is left out. `size` in bytes. */
export function createContentMask(
  masks: readonly Mask[],
): (path: string, size: number) => ContentMask | undefined {
  const compiled = masks.map(({ files, pattern }) => ({
    matches: matchPaths(files),
    pattern: new RegExp(pattern, "gm"),
  }));
  return (path, size) => {
    const patterns = compiled.filter(({ matches }) => matches(path)).map(({ pattern }) => pattern);
    if (patterns.length > 0 && size <= LARGEST_MASKED) return maskText(patterns);
    return path.endsWith(".pyc") && size >= PYC_STAMP ? skipStart(PYC_STAMP) : undefined;
  };
}

/** Magic number, flags, and time and size of the source, or its hash (PEP 552). */
const PYC_STAMP = 16;

function skipStart(length: number): ContentMask {
  const digest = createHash("sha256");
  let left = length;
  return {
    update(chunk) {
      digest.update(chunk.subarray(left));
      left = Math.max(0, left - chunk.length);
    },
    finish: () => ({ rule: RULE_NAMES.pycStamps, digest: digest.digest("hex") }),
  };
}

function maskText(patterns: readonly RegExp[]): ContentMask {
  const chunks: Buffer[] = [];
  return {
    update: (chunk) => chunks.push(Buffer.from(chunk)),
    finish() {
      const bytes = Buffer.concat(chunks);
      const text = bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
      const left = patterns.reduce((rest, pattern) => rest.replace(pattern, ""), text);
      return { rule: RULE_NAMES.mask, digest: createHash("sha256").update(left).digest("hex") };
    },
  };
}
