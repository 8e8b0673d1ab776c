// The way to write a result in the shared store where an image is expected. No image reference can look like it. Pure.

const PREFIX = "store://";

/** A target, or the start of a key: "web" of "store://web"; undefined for all other images. */
export function readStoredName(written: string): string | undefined {
  return written.startsWith(PREFIX) ? written.slice(PREFIX.length) : undefined;
}

export function formatStoredName(name: string): string {
  return `${PREFIX}${name}`;
}
