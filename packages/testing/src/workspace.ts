// A folder with a project in it, for one test.
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

export interface Workspace {
  /** Absolute. */
  readonly folder: string;
  /** Writes files by their paths; those that start with "#!" become executable. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  remove(path: string): Promise<void>;
  /** Absolute path of a name beside the folder, say of a user's cache; removed when the folder is. */
  beside(name: string): string;
}

/** Removed when the test ends. */
export async function createWorkspace(files: Readonly<Record<string, string>>): Promise<Workspace> {
  const workspace = await makeWorkspace(files);
  const paths = [workspace.folder];
  onTestFinished(async () => {
    await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
  });
  const beside = (name: string) => {
    const path = workspace.beside(name);
    paths.push(path);
    return path;
  };
  return { ...workspace, beside };
}

/** The caller removes the folder, and what is beside it: for workspaces of several tests. */
export async function makeWorkspace(files: Readonly<Record<string, string>>): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), "sti-workspace-"));
  const workspace: Workspace = {
    folder,
    write: async (added) => {
      for (const [path, content] of Object.entries(added)) {
        const file = join(folder, path);
        await mkdir(dirname(file), { recursive: true });
        await writeFile(file, content);
        if (content.startsWith("#!")) await chmod(file, 0o755);
      }
    },
    remove: (path) => rm(join(folder, path), { recursive: true }),
    beside: (name) => `${folder}-${name}`,
  };
  await workspace.write(files);
  return workspace;
}
