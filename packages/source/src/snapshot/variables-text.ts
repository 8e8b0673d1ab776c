// Reads the one file of a source that is needed as text before a build: variables of apps on s2i builder images.
import { SourceChangedError, type SourceSnapshot } from "@sti/core";
import { readTarMembers } from "../archive/read-tar-members.ts";
import type { SourceProblem } from "../disk/source-problem.ts";
import { pack } from "../send/pack.ts";

const FILE = ".s2i/environment";
/** Bytes. */
const LARGEST = 1024 ** 2;

/** The snapshot with the text of the file, if it has one. The text is that of its digest. */
export async function withVariablesText(
  snapshot: SourceSnapshot,
): Promise<{ readonly snapshot: SourceSnapshot } | { readonly problem: SourceProblem }> {
  const entry = snapshot.entries.find(({ path }) => path === FILE);
  if (entry?.kind !== "file") return { snapshot };
  if (entry.size > LARGEST) return { problem: { code: "source-unreadable", files: [FILE] } };
  try {
    return { snapshot: { ...snapshot, variablesText: await readText(snapshot) } };
  } catch (error) {
    if (!(error instanceof SourceChangedError)) throw error;
    return { problem: { code: "source-unreadable", files: [FILE] } };
  }
}

/** As it is sent, so from whatever the source is. */
async function readText(snapshot: SourceSnapshot): Promise<string> {
  const owner = { uid: 0, gid: 0 };
  const sent = pack([{ kind: "source", snapshot, path: "", owner, only: new Set([FILE]) }], { time: 0 });
  const chunks: Uint8Array[] = [];
  for await (const member of readTarMembers(sent)) {
    for await (const chunk of member.content) chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}
