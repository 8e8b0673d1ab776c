// Manifests, lockfiles and settings of a workspace as texts.
import { FileProblem, readSmallFile } from "@sti/files";
import { problemOfFile } from "../disk/source-problem.ts";
import { WorkspaceError } from "./workspace-error.ts";

/** Bytes. Large workspaces have lockfiles of ten megabytes and more. */
const LARGEST = 64 * 1024 ** 2;

/** Undefined without the file. Rejects with a WorkspaceError. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return (await readSmallFile(file, { limit: LARGEST })).toString();
  } catch (error) {
    if (!(error instanceof FileProblem)) throw error;
    if (error.kind === "missing") return undefined;
    throw new WorkspaceError(problemOfFile(error));
  }
}
