// Detects the app in one folder: the first kind that can be started, or else the first that is there at all. Pure.
import { detectNode } from "./detect-node.ts";
import { detectGo, detectPages, detectShell, detectUnsupported } from "./detect-others.ts";
import { detectPython } from "./detect-python.ts";
import type { Candidate, FolderView } from "./inspection.ts";

/** Undefined for a folder with no sign of an app. `root`: the root of the workspace, for a package of one. */
export function detectApp(folder: FolderView, root?: FolderView): Candidate | undefined {
  const found = [
    detectNode(folder, root),
    detectPython(folder),
    detectGo(folder),
    detectUnsupported(folder),
    detectShell(folder),
    detectPages(folder),
  ].filter((one) => one !== undefined);
  const isStarted = ({ kind, start }: Candidate) => kind !== undefined && start !== undefined;
  return found.find(isStarted) ?? found[0];
}
