// Projects of a test file that share inspections of images: a builder is inspected in one of them, not in each.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { env } from "node:process";
import { privateFolder } from "@sti/source/private";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { onTestFinished } from "vitest";
import { projectFolders } from "../src/project/project-folders.ts";

/** Folders of a project's build history that are about images alone. */
const KINDS = ["images", "checked"];

/**
 * A workspace whose project begins with the inspections of the file's earlier ones, and hands on its own when the test
 * ends. Tests of inspections and of the number of calls use `createWorkspace`.
 */
export async function createProject(files: Readonly<Record<string, string>>): Promise<Workspace> {
  const project = await createWorkspace(files);
  const { memory } = projectFolders(project.folder, env);
  const shared = privateFolder(join(env.XDG_CACHE_HOME ?? "", "inspections"));
  for (const kind of KINDS) {
    const [own, common] = [memory.folder(kind).make(), shared.folder(kind).make()];
    await cp(common, own, { recursive: true });
    onTestFinished(() => cp(own, common, { recursive: true }));
  }
  return project;
}
