// The packages of a workspace for a command that has no targets yet: problems are words.
import { describeFailure } from "@sti/core";
import { WorkspaceError } from "./workspace-error.ts";

export interface ListedPackage {
  /** Relative to the root, "/"-separated. */
  readonly folder: string;
  readonly name: string | undefined;
}

/** Packages inside the root, without those behind links. No package in a folder that is no root. */
export async function listWorkspace(
  root: string,
): Promise<{ readonly packages: readonly ListedPackage[] } | { readonly problem: string }> {
  // Loads libraries that no other command needs for its start.
  const { listPackages } = await import("./read-workspace.ts");
  try {
    return { packages: await listPackages(root) };
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    return { problem: describeFailure({ ...error.problem, target: "", path: [] }).summary };
  }
}
