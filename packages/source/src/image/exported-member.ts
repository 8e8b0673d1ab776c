// Members of an engine's export of a container: their names without slashes around them, and streams that are cut.
import { EngineError } from "@sti/core";
import { ArchiveError } from "../archive/archive-entry.ts";
import { memberLinkTarget, memberPath, type TarMember } from "../archive/read-tar-members.ts";
import { bytesToText } from "./bytes-to-text.ts";

type Named = Pick<TarMember, "facts" | "header">;

/** "usr/bin/node" */
export function pathOf(member: Named): string {
  return trimPath(bytesToText(memberPath(member)));
}

/** Of a hard link. */
export function linkPathOf(member: Named): string {
  return trimPath(bytesToText(memberLinkTarget(member)));
}

/** Of a symbolic link. */
export function linkTextOf(member: Named): string {
  return bytesToText(memberLinkTarget(member));
}

/** A stream that is no whole export is a lost engine; other errors stay as they are. */
export function lostExport(error: unknown): unknown {
  if (!(error instanceof ArchiveError)) return error;
  const message = `the stream of the container's files ${error.problem}`;
  return new EngineError({ reason: "lost", operation: "export container", message, cause: error });
}

function trimPath(path: string): string {
  return path
    .replace(/^(?:\.?\/)+/, "")
    .replace(/\/+$/, "")
    .replace(/^\.$/, "");
}
