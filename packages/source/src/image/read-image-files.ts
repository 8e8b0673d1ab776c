// The files of an image from the engine's export of a container: one small record for each, digests made on the way.
// Nothing is unpacked, and no name is ever used as a path of this machine. core finds the differences.
import { createHash, hash } from "node:crypto";
import type { FileEntry, FileList, FileType, ReadFilesOptions } from "@sti/core";
import { ArchiveError } from "../archive/archive-entry.ts";
import {
  headerNumber,
  memberLinkTarget,
  readTarMembers,
  type TarMember,
} from "../archive/read-tar-members.ts";
import { bytesToText } from "./bytes-to-text.ts";
import { linkPathOf, lostExport, pathOf } from "./exported-member.ts";
import { type ContentMask, createContentMask } from "./mask-content.ts";

/** Rejects with EngineError "lost" when the stream is cut or is no export. */
export async function readImageFiles(
  stream: AsyncIterable<Uint8Array>,
  options: ReadFilesOptions,
): Promise<FileList> {
  const files = new Map<string, FileEntry>();
  const hardLinks: HardLink[] = [];
  const maskFor = createContentMask(options.mask);
  let bytes = 0;
  try {
    for await (const member of readTarMembers(stream)) {
      const path = pathOf(member);
      if (MADE_BY_THE_ENGINE.has(path)) continue;
      const type = typeOf(member);
      if (type === "hard-link") {
        const target = linkPathOf(member);
        hardLinks.push({ target, entry: factsOf(path, "file", member) });
      } else {
        const facts = factsOf(path, type, member);
        const content = type === "file" ? await readContent(member, maskFor(path, member.size)) : {};
        // The last of several entries with one name is the one that counts, as for tar.
        files.set(path, { ...facts, ...content });
      }
      bytes += member.size;
      options.onProgress?.({ files: files.size + hardLinks.length, bytes });
    }
  } catch (error) {
    throw lostExport(error);
  }
  addHardLinks(files, hardLinks);
  return files;
}

/**
 * The engine makes these anew in every container, over whatever the image has there: nothing that runs ever sees the
 * image's own.
 */
const MADE_BY_THE_ENGINE = new Set([
  ".dockerenv",
  "dev/console",
  "dev/pts",
  "dev/shm",
  "etc/hostname",
  "etc/hosts",
  "etc/mtab",
  "etc/resolv.conf",
  "proc",
  "sys",
]);

/** The folders of these have been written to as the container was created. */
const TOUCHED_BY_THE_ENGINE = new Set(["", "dev", "etc"]);

interface HardLink {
  readonly target: string;
  /** Properties from its own header: all but the content. */
  readonly entry: FileEntry;
}

/** The order of a file's names determines which has the content in the stream; the result must not depend on it. */
function addHardLinks(files: Map<string, FileEntry>, hardLinks: readonly HardLink[]): void {
  const groups = new Map<string, string[]>();
  for (const { target, entry } of hardLinks) {
    const { size, digest, masked } = files.get(target) ?? {};
    const content = digest === undefined ? {} : { size, digest, ...(masked === undefined ? {} : { masked }) };
    files.set(entry.path, { ...entry, ...content });
    const names = groups.get(target) ?? [target];
    names.push(entry.path);
    groups.set(target, names);
  }
  for (const names of groups.values()) {
    const [first = "", ...others] = names.sort();
    for (const name of others) {
      const entry = files.get(name);
      if (entry !== undefined) files.set(name, { ...entry, hardLink: first });
    }
  }
}

function factsOf(path: string, type: FileType, member: TarMember): FileEntry {
  const { facts, header } = member;
  const number = (fact: string, offset: number, length: number) => {
    const value = facts.get(fact);
    return value === undefined ? headerNumber(header, offset, length) : Number(value.toString("latin1"));
  };
  const xattrs = facts.size === 0 ? [] : listXattrs(facts);
  const isDevice = type === "character-device" || type === "block-device";
  return {
    path,
    type,
    mode: headerNumber(header, 100, 8) & 0o7777,
    uid: number("uid", 108, 8),
    gid: number("gid", 116, 8),
    mtime: TOUCHED_BY_THE_ENGINE.has(path) ? undefined : number("mtime", 136, 12),
    ...(type === "symlink" ? { linkTarget: bytesToText(memberLinkTarget(member)) } : {}),
    ...(isDevice ? { device: `${headerNumber(header, 329, 8)}:${headerNumber(header, 337, 8)}` } : {}),
    ...(xattrs.length === 0 ? {} : { xattrs }),
  };
}

const XATTR = "SCHILY.xattr.";

function listXattrs(facts: ReadonlyMap<string, Buffer>): readonly string[] {
  return [...facts]
    .filter(([key]) => key.startsWith(XATTR))
    .map(([key, value]) => `${key.slice(XATTR.length)}=0x${value.toString("hex")}`)
    .sort();
}

/** All of a small file comes in one piece, and is hashed in one call. */
async function readContent(
  { content, size }: TarMember,
  mask: ContentMask | undefined,
): Promise<Pick<FileEntry, "size" | "digest" | "masked">> {
  let digest: string | undefined;
  const whole: { hash?: ReturnType<typeof createHash> } = {};
  for await (const chunk of content) {
    mask?.update(chunk);
    if (chunk.length === size) digest = hash("sha256", chunk, "hex");
    else {
      whole.hash ??= createHash("sha256");
      whole.hash.update(chunk);
    }
  }
  digest ??= whole.hash === undefined ? hash("sha256", "", "hex") : whole.hash.digest("hex");
  return { size, digest, ...(mask === undefined ? {} : { masked: mask.finish() }) };
}

function typeOf({ type }: TarMember): FileType | "hard-link" {
  switch (type) {
    case "0":
    case "\0":
    case "7":
      return "file";
    case "1":
      return "hard-link";
    case "2":
      return "symlink";
    case "3":
      return "character-device";
    case "4":
      return "block-device";
    case "5":
      return "directory";
    case "6":
      return "fifo";
    default:
      throw new ArchiveError(`has an entry of an unknown kind (${JSON.stringify(type)})`);
  }
}
