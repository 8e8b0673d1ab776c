// Damage of a database that an image contains, described for a note.
export class DatabaseError extends Error {}

/** Bytes of the file, or of a part of it. Throws DatabaseError where there are fewer. */
export function slice(bytes: Buffer, start: number, length: number, problem: string): Buffer {
  if (start + length > bytes.length) throw new DatabaseError(problem);
  return bytes.subarray(start, start + length);
}
