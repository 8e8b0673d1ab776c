// Reads the parts that s2i finds in a source: `.s2i` with its scripts and variables, and `.s2ifile`, where `s2i build
// --save-config` writes the name of the builder image. Pure.
import { posix } from "node:path";
import { parseImageReference, parseVariables, refusePlain } from "@sti/core";
import type { FolderView, Remark, S2iSource } from "./inspection.ts";
import { parseObject, textOf } from "./json-values.ts";

const FOLDER = ".s2i";
const SAVED = ".s2ifile";
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a folder is `.s2i` of a source, or below it. */
export function isS2iFolder({ path }: FolderView): boolean {
  return path.split("/").includes(FOLDER);
}

/** The sources among the folders, in their order. */
export function readS2i(views: ReadonlyMap<string, FolderView>, remarks: Remark[]): readonly S2iSource[] {
  return [...views.values()].flatMap((view): readonly S2iSource[] => {
    const folder = posix.join(view.path, FOLDER);
    const own = isS2iFolder(view) ? undefined : views.get(folder);
    if (own === undefined && !view.files.has(SAVED)) return [];
    const scripts = [...(views.get(posix.join(folder, "bin"))?.files ?? [])].sort();
    const env = readEnvironment(own?.read("environment") ?? "", {
      place: posix.join(folder, "environment"),
      remarks,
    });
    return [{ path: view.path, hasFolder: own !== undefined, scripts, env, image: readImage(view, remarks) }];
  });
}

function readEnvironment(
  text: string,
  { place, remarks }: { readonly place: string; readonly remarks: Remark[] },
): Readonly<Record<string, string>> {
  const entries = Object.entries(parseVariables(text)).filter(([name]) => {
    const reason = VARIABLE_NAME.test(name)
      ? refusePlain(name, [], "env")
      : `${JSON.stringify(name)} is not the name of a variable`;
    if (reason !== undefined) remarks.push({ place, reason });
    return reason === undefined;
  });
  return Object.fromEntries(entries);
}

function readImage(view: FolderView, remarks: Remark[]): string | undefined {
  const text = view.read(SAVED);
  if (text === undefined) return undefined;
  const image = textOf(parseObject(text)?.builderImage);
  const parsed = image === undefined ? undefined : parseImageReference(image);
  if (parsed !== undefined && "reference" in parsed) return image;
  const place = posix.join(view.path, SAVED);
  remarks.push({ place, reason: "names no builder image in builderImage" });
  return undefined;
}
