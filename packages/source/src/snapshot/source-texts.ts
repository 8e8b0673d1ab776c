// Reads the files of a source that are needed as text before a build, all of apps on s2i builder images: variables, and
// the first lines of scripts.
import { parseInterpreter, SourceChangedError, type SourceEntry, type SourceSnapshot } from "@sti/core";
import { readTarMembers } from "../archive/read-tar-members.ts";
import type { SourceProblem } from "../disk/source-problem.ts";
import { pack } from "../send/pack.ts";

const VARIABLES = ".s2i/environment";
const SCRIPTS = ".s2i/bin/";
/** Bytes. */
const LARGEST = 1024 ** 2;

/** The snapshot with what these files have in them, if it has some. The texts are those of their digests. */
export async function withTexts(
  snapshot: SourceSnapshot,
): Promise<{ readonly snapshot: SourceSnapshot } | { readonly problem: SourceProblem }> {
  const read = snapshot.entries.filter(isRead);
  if (read.length === 0) return { snapshot };
  const unreadable = (path: string) => ({ problem: { code: "source-unreadable", files: [path] } as const });
  if (read.some(({ path, size }) => path === VARIABLES && size > LARGEST)) return unreadable(VARIABLES);
  try {
    const texts = new Map<string, Buffer>();
    for (const { path, size } of read) {
      if (size <= LARGEST) texts.set(path, await readText(snapshot, path));
    }
    const variablesText = texts.get(VARIABLES)?.toString("utf8");
    const brokenScripts = [...texts].flatMap(([path, text]) => {
      const interpreter = path === VARIABLES ? undefined : parseInterpreter(text);
      return interpreter?.carriageReturn === true ? [{ path, interpreter: interpreter.path }] : [];
    });
    return {
      snapshot: {
        ...snapshot,
        ...(variablesText === undefined ? {} : { variablesText }),
        ...(brokenScripts.length === 0 ? {} : { brokenScripts }),
      },
    };
  } catch (error) {
    if (!(error instanceof SourceChangedError)) throw error;
    return unreadable(error.path);
  }
}

function isRead(entry: SourceEntry): entry is Extract<SourceEntry, { readonly kind: "file" }> {
  return entry.kind === "file" && (entry.path === VARIABLES || entry.path.startsWith(SCRIPTS));
}

/** As it is sent, so from whatever the source is. */
async function readText(snapshot: SourceSnapshot, path: string): Promise<Buffer> {
  const owner = { uid: 0, gid: 0 };
  const sent = pack([{ kind: "source", snapshot, path: "", owner, only: new Set([path]) }], { time: 0 });
  const chunks: Uint8Array[] = [];
  for await (const member of readTarMembers(sent)) {
    for await (const chunk of member.content) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
