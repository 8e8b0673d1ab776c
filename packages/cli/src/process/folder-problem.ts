// Checks the folder that a command is to work in.
import { statSync } from "node:fs";

/** Undefined if it is a folder. */
export function folderProblem(path: string): string | undefined {
  try {
    return statSync(path).isDirectory() ? undefined : "is not a folder";
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" || code === "ENOTDIR" ? "does not exist" : `cannot be read: ${message}`;
  }
}
