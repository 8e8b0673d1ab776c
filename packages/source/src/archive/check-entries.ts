// Checks the entries of an archive or commit in any format: names that stay inside, none twice, nothing below a link,
// and not too many.
import { type ArchiveEntry, ArchiveError } from "./archive-entry.ts";

const MOST_ENTRIES = 200_000;
/** Bytes that file systems allow. */
const LONGEST_NAME = 255;
/** Bytes: what Linux allows, less the folder that the source comes to. */
const LONGEST_PATH = 4000;

/** The same entries with clean paths; throws an ArchiveError that names the first that will not do. */
export async function* checkEntries(
  entries: AsyncIterable<ArchiveEntry>,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const kinds = new Map<string, ArchiveEntry["kind"]>();
  let current: string | undefined;
  let count = 0;
  try {
    for await (const entry of entries) {
      count += 1;
      if (count > MOST_ENTRIES) throw new ArchiveError(`has more than ${MOST_ENTRIES} entries`);
      const path = cleanPath(entry.path);
      if (path === "" && entry.kind !== "directory") throw new ArchiveError("has an entry without a name");
      if (path === "") continue;
      current = path;
      place(kinds, path, entry.kind);
      if (entry.kind === "file") yield { ...entry, path, content: named(path, entry.content) };
      else if (entry.kind === "hardlink") yield { ...entry, path, linkTarget: fileOf(kinds, entry, path) };
      else yield { ...entry, path };
    }
  } catch (error) {
    throw asArchiveError(error, current);
  }
}

/** Without "./" and slashes at its end; "" for the archive's root. */
function cleanPath(written: string): string {
  const refuse = (problem: string): never => {
    throw new ArchiveError(problem, written);
  };
  if (written.includes("\0")) refuse("has a NUL character in its name");
  if (written.startsWith("/") || /^[A-Za-z]:[\\/]/.test(written)) refuse("has an absolute path");
  const parts = written.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) refuse("leads out of the archive");
  if (parts.some((part) => Buffer.byteLength(part) > LONGEST_NAME)) {
    refuse(`has a name of more than ${LONGEST_NAME} bytes, which no file of an image can have`);
  }
  if (Buffer.byteLength(written) > LONGEST_PATH) {
    refuse(`has a path of more than ${LONGEST_PATH} bytes, which no file of an image can have`);
  }
  return parts.join("/");
}

function place(kinds: Map<string, ArchiveEntry["kind"]>, path: string, kind: ArchiveEntry["kind"]): void {
  const known = kinds.get(path);
  if (known !== undefined && !(known === "directory" && kind === "directory")) {
    throw new ArchiveError("occurs twice", path);
  }
  for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
    const parent = path.slice(0, slash);
    const above = kinds.get(parent);
    if (above === "directory") break;
    if (above !== undefined) throw new ArchiveError(`is below ${parent}, which is not a folder`, path);
    kinds.set(parent, "directory");
  }
  kinds.set(path, kind === "hardlink" ? "file" : kind);
}

function fileOf(
  kinds: ReadonlyMap<string, ArchiveEntry["kind"]>,
  entry: Extract<ArchiveEntry, { readonly kind: "hardlink" }>,
  path: string,
): string {
  const target = cleanPath(entry.linkTarget);
  if (target !== path && kinds.get(target) === "file") return target;
  throw new ArchiveError("is another name of a file that is not there", path);
}

async function* named(path: string, content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* content;
  } catch (error) {
    throw asArchiveError(error, path);
  }
}

/** Converts the libraries' errors about the bytes they read; errors of the file system and of ours stay as they are. */
function asArchiveError(error: unknown, entry: string | undefined): unknown {
  if (!(error instanceof Error) || error instanceof ArchiveError || error.name === "AbortError") return error;
  const { code } = error as NodeJS.ErrnoException;
  const isAboutBytes = code === undefined || /^(?:Z_|ZSTD_|ERR_ZLIB)/.test(code);
  return isAboutBytes && !(error instanceof TypeError)
    ? new ArchiveError(`is corrupt: ${error.message}`, entry)
    : error;
}
