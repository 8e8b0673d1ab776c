// Projects come and go, and nobody removes their remembered data: it is removed after a long time without additions.
import { lstatSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { PrivateFolder } from "@sti/source/private";

/** Milliseconds. */
const UNUSED_FOR = 90 * 24 * 60 * 60 * 1000;

/** `projects`: has a folder for each project. Never rejects for want of a right: it costs space only. */
export async function forgetProjects(projects: PrivateFolder, now: number): Promise<void> {
  if (!projects.isPrivate()) return;
  try {
    for (const name of readdirSync(projects.path)) {
      const path = join(projects.path, name);
      if (now - lastWritten(path) > UNUSED_FOR) await rm(path, { recursive: true, force: true });
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

/** A folder's time is that of the last file that was made in it; each file is replaced, never changed. */
function lastWritten(project: string): number {
  const state = lstatSync(project);
  if (!state.isDirectory()) return state.mtimeMs;
  const inside = readdirSync(project).map((name) => lstatSync(join(project, name)).mtimeMs);
  return Math.max(state.mtimeMs, ...inside);
}
