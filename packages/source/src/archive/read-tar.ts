// The entries of a tar stream, without unpacking anything. An entry that a source cannot have is an error and never a
// missing file. Reading the format is in read-tar-members.ts; whether names are acceptable is decided elsewhere.
import { isUtf8 } from "node:buffer";
import { type ArchiveEntry, ArchiveError } from "./archive-entry.ts";
import {
  hasRightChecksum,
  headerNumber,
  memberLinkTarget,
  memberPath,
  readTarMembers,
  type TarMember,
} from "./read-tar-members.ts";

export async function* readTar(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  for await (const member of readTarMembers(chunks)) yield describe(member);
}

function describe(member: TarMember): ArchiveEntry {
  const { content, facts, header, type } = member;
  const path = decode(memberPath(member));
  const linkTarget = () => decode(memberLinkTarget(member), path);
  if ([...facts.keys()].some((key) => key.startsWith("GNU.sparse."))) {
    throw new ArchiveError("is a sparse file, which is not supported", path);
  }
  switch (type) {
    case "0":
    case "\0":
    case "7":
      if (path.endsWith("/")) return { kind: "directory", path };
      return { kind: "file", path, executable: (headerNumber(header, 100, 8) & 0o111) !== 0, content };
    case "1":
      return { kind: "hardlink", path, linkTarget: linkTarget() };
    case "2":
      return { kind: "symlink", path, linkTarget: linkTarget() };
    case "3":
    case "4":
    case "6":
      return { kind: "special", path };
    case "5":
      return { kind: "directory", path };
    default:
      throw new ArchiveError(`is of a kind that is not supported (${JSON.stringify(type)})`, path);
  }
}

function decode(bytes: Buffer, entry?: string): string {
  const text = bytes.toString("utf8");
  if (!isUtf8(bytes)) throw new ArchiveError("has a name or link target that is not UTF-8", entry ?? text);
  return text;
}

/** Whether these first bytes of a file are those of a tar archive. */
export function looksLikeTar(start: Buffer): boolean {
  return start.length >= 512 && start.some((byte) => byte !== 0) && hasRightChecksum(start.subarray(0, 512));
}
