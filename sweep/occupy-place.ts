// Puts a folder of the client on a disk that is full or read-only, for as long as a session runs.
import { cpSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runShort } from "../scripts/run-command.ts";
import type { SweepProject } from "./project.ts";
import type { Trouble } from "./sweep-case.ts";

/** The result takes the disk away again; its content is gone. */
export async function occupyPlace(
  project: Pick<SweepProject, "cache" | "folder" | "project" | "tmp">,
  { place, state }: Pick<Extract<Trouble, { kind: "place" }>, "place" | "state">,
): Promise<() => Promise<void>> {
  const folder = project[place];
  const copy = join(project.folder, "copy");
  cpSync(folder, copy, { recursive: true });
  await runShort(["mount", "-t", "tmpfs", "-o", "size=4m", "sti-sweep", folder]);
  cpSync(copy, folder, { recursive: true });
  await runShort(["rm", "-rf", copy]);
  if (state === "read-only") await runShort(["mount", "-o", "remount,ro", folder]);
  else {
    const { bavail, bsize } = statfsSync(folder);
    writeFileSync(join(folder, "filler"), Buffer.alloc(bavail * bsize));
  }
  return async () => {
    await runShort(["umount", "--lazy", folder]);
  };
}
