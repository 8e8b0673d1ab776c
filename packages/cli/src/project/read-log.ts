// Reads a log of an earlier session, for the user's eyes only: nothing is decided by it.
import { lstatSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { readSmallFile } from "@sti/files";
import { STATE_FOLDER } from "@sti/source";
import type { LogPlace } from "./log-folder.ts";

/** The newest file of this name; undefined if there is none. No link is followed. `limit`: bytes. */
export async function readLog(place: LogPlace, name: string, limit: number): Promise<string | undefined> {
  const beside = place.beside === undefined ? [] : [join(place.beside, STATE_FOLDER, "logs")];
  const [newest] = [...beside, place.instead.path]
    .filter((folder) => stateOf(folder)?.isDirectory() && stateOf(dirname(folder))?.isDirectory())
    .map((folder) => ({ file: join(folder, name), state: stateOf(join(folder, name)) }))
    .filter(({ state }) => state?.isFile())
    .sort((one, other) => (other.state?.mtimeMs ?? 0) - (one.state?.mtimeMs ?? 0));
  if (newest === undefined) return undefined;
  return (await readSmallFile(newest.file, { limit, links: "refuse" })).toString("utf8");
}

function stateOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
