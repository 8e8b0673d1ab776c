// Offers the files of an image, from the engine's export of a container, to a visitor that looks into some of them. Nothing is
// unpacked, and no name is ever used as a path of this machine.
import { readTarMembers } from "../archive/read-tar-members.ts";
import { linkPathOf, linkTextOf, lostExport, pathOf } from "./exported-member.ts";

export interface FileVisitor {
  /** Undefined for a file whose content does not matter. `size` in bytes. */
  open(path: string, size: number): { update(chunk: Uint8Array): void; finish(): void } | undefined;
  /** A second name of a file that was offered before. */
  link(path: string, target: string): void;
  /** `target`: as it is written in the image; nothing may be there. */
  symlink(path: string, target: string): void;
}

/** Rejects with EngineError "lost" when the stream is cut or is no export. */
export async function visitImageFiles(
  stream: AsyncIterable<Uint8Array>,
  visitor: FileVisitor,
): Promise<void> {
  try {
    for await (const member of readTarMembers(stream)) {
      if (member.type === "1") visitor.link(pathOf(member), linkPathOf(member));
      if (member.type === "2") visitor.symlink(pathOf(member), linkTextOf(member));
      if (!FILES.includes(member.type)) continue;
      const reader = visitor.open(pathOf(member), member.size);
      if (reader === undefined) continue;
      for await (const chunk of member.content) reader.update(chunk);
      reader.finish();
    }
  } catch (error) {
    throw lostExport(error);
  }
}

/** Types of members with a content. */
const FILES: readonly string[] = ["0", "\0", "7"];
