// The facts of a Dockerfile that a config can use. Pure.
import type { DockerfileFacts, FolderView } from "./inspection.ts";

/** Places of the script that makes an image a build image, relative to its folder. */
const SCRIPT_FOLDERS = ["bin", "scripts"];

/** Undefined without the file, or without a FROM in it. `subfolder`: a folder of the view, as a view. */
export function readDockerfile(
  folder: FolderView,
  file: string,
  subfolder: (name: string) => FolderView | undefined,
): DockerfileFacts | undefined {
  const text = folder.read(file);
  if (text === undefined || !/^[ \t]*FROM[ \t]+\S/im.test(text)) return undefined;
  const ports = [...text.matchAll(/^[ \t]*EXPOSE[ \t]+(.*)$/gim)]
    .flatMap(([, list = ""]) => list.split(/\s+/))
    .flatMap((port) => /^(\d{1,5})(?:\/tcp)?$/.exec(port)?.[1] ?? [])
    .map(Number);
  const places = [folder, ...SCRIPT_FOLDERS.map(subfolder)];
  return {
    path: folder.path,
    file,
    ports: [...new Set(ports)].filter((port) => port > 0 && port < 65536),
    isBuilder: places.some((place) => place?.files.has("prepare")),
  };
}
