// A folder of files in memory, as the detectors of `sti init` see one.
import { posix } from "node:path";
import type { FolderView } from "../src/init/inspection.ts";

/** `files`: texts by path, relative to the folder. */
export function viewOf(files: Readonly<Record<string, string>>, path = ""): FolderView {
  const places = Object.keys(files);
  return {
    path,
    files: new Set(places.filter((place) => !place.includes("/"))),
    folders: new Set(
      places.filter((place) => place.includes("/")).map((place) => posix.dirname(place).split("/")[0] ?? ""),
    ),
    read: (name) => (Object.hasOwn(files, name) ? files[name] : undefined),
  };
}
