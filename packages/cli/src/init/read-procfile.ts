// The process types of a Procfile. Pure.
import type { FolderView } from "./inspection.ts";

/** Commands by process type: "web", "worker". */
export function readProcfile(folder: FolderView): ReadonlyMap<string, string> {
  const lines = (folder.read("Procfile") ?? "").split(/\r?\n/);
  return new Map(
    lines.flatMap((line): readonly (readonly [string, string])[] => {
      const [, name, command] = /^([A-Za-z0-9_-]+):\s*(\S.*)$/.exec(line) ?? [];
      return name === undefined || command === undefined ? [] : [[name, command.trim()]];
    }),
  );
}
