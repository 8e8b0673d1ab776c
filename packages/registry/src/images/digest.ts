// Digests of content: "sha256:…" or "sha512:…".
import { createHash, type Hash } from "node:crypto";

const DIGEST = /^(?:(?<sha256>sha256:[0-9a-f]{64})|(?<sha512>sha512:[0-9a-f]{128}))$/;

export function isDigest(text: string): boolean {
  return DIGEST.test(text);
}

/** The hash that a digest is made with. Throws of a text that is no digest. */
export function hashOf(digest: string): Hash {
  const groups = DIGEST.exec(digest)?.groups;
  if (groups === undefined) throw new Error(`${digest} is no digest`);
  return createHash(groups.sha512 === undefined ? "sha256" : "sha512");
}

export function digestOf(bytes: Uint8Array, algorithm: "sha256" | "sha512" = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/** Whether these are the bytes that a digest stands for. */
export function matches(bytes: Uint8Array, digest: string): boolean {
  return hashOf(digest).update(bytes).digest("hex") === digest.slice(digest.indexOf(":") + 1);
}
