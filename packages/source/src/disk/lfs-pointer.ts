// Recognises the pointers of Git LFS, small texts that stand in a repository for large files, by their content.

/** No pointer has more, bytes. */
export const LONGEST_POINTER = 1024;

const START = Buffer.from("version https://git-lfs.github.com/spec/v1\n");

/** Marks an entry by its whole `content`; empty unless it is a pointer. */
export function markLfsPointer(content: Uint8Array): { readonly isLfsPointer?: true } {
  if (content.length > LONGEST_POINTER || content.length <= START.length) return {};
  return START.equals(content.subarray(0, START.length)) ? { isLfsPointer: true } : {};
}
