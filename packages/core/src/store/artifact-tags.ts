// Tags of files that machines share beside results: packed sources, and logs of builds. Pure.

/** `digest`: of the source, hex. */
export function formatSourceTag(digest: string): string {
  return `sti-source-${digest}`;
}

/** `key`: of the build. */
export function formatLogTag(key: string): string {
  return `sti-log-${key}`;
}

/** Whether a tag is one of these: it names no image. */
export function isArtifactTag(tag: string): boolean {
  return /^sti-(?:source|log)-[0-9a-f]{64}$/.test(tag);
}
