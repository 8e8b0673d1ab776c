// Writes the files of a proposal: builders and ignore files first, the config last, so that a folder with a config is
// complete. Nothing that exists is replaced, and no link is followed.
import { lstatSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { FileProblem } from "@sti/files";
import { copyBuilder } from "../project/builders.ts";
import type { Proposal } from "./proposal.ts";
import { BUILDERS } from "./recipes.ts";

interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Paths that `writeProposal` writes; a folder ends in a slash. */
export function listFiles({ builders, ignoreFiles }: Proposal, config: string): readonly string[] {
  return [config, ...builders.map((kind) => `${posix.join(BUILDERS, kind)}/`), ...Object.keys(ignoreFiles)];
}

/** `folder`: absolute. Resolves to a problem with the place in it, in words. */
export async function writeProposal(
  folder: string,
  { builders, ignoreFiles }: Proposal,
  config: NamedText,
): Promise<string | undefined> {
  const texts = [...Object.entries(ignoreFiles).map(([name, text]) => ({ name, text })), config];
  const places = [BUILDERS, ...builders.map((kind) => posix.join(BUILDERS, kind))];
  const wrong = builders.length === 0 ? undefined : places.find((place) => !isFreeFolder(folder, place));
  if (wrong !== undefined) return `${wrong} is not a folder; move it away, or pass another --builder`;
  try {
    for (const kind of builders) await copyBuilder(kind, join(folder, BUILDERS, kind));
    // Fails when somebody else has written one meanwhile.
    for (const { name, text } of texts) await writeFile(join(folder, name), text, { flag: "wx" });
    return undefined;
  } catch (error) {
    if (!(error instanceof FileProblem) && (error as NodeJS.ErrnoException).code === undefined) throw error;
    return (error as Error).message;
  }
}

/** A folder, or nothing at all. */
function isFreeFolder(folder: string, path: string): boolean {
  const state = lstatSync(join(folder, path), { throwIfNoEntry: false });
  return state === undefined || state.isDirectory();
}
