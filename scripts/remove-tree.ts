// Removes a directory in which an engine lived. Mounts below it are unmounted first: a volume may be a user's own
// directory, and removing through such a mount would delete their files.
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { runShort } from "./run-command.ts";
import { ScriptError } from "./run-script.ts";

/** Unmounts everything below a directory and removes it; a directory that is not there is no error. */
export async function removeTree(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  await unmountBelow(directory);
  await runShort(["rm", "-rf", "--one-file-system", "--", directory]);
}

/** Takes away the mounts at and below a directory, also those still in use. */
export async function unmountBelow(directory: string): Promise<void> {
  if (!existsSync(directory)) return;
  // One unmount may take several entries along (shared propagation), so the table is read afresh each time.
  for (let mounts = mountsBelow(directory); mounts.length > 0; ) {
    const deepest = mounts.at(-1) ?? directory;
    await runShort(["umount", "--lazy", deepest]);
    const left = mountsBelow(directory);
    if (left.length >= mounts.length)
      throw new ScriptError(`${deepest} stays mounted; ${directory} was left`);
    mounts = left;
  }
}

/** Mount points at or below a directory, in the order they were mounted. */
function mountsBelow(directory: string): string[] {
  const real = realpathSync(directory);
  const points = readFileSync("/proc/self/mountinfo", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[4] ?? "")
    .map((point) =>
      point.replace(/\\(\d{3})/g, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8))),
    );
  return points.filter((point) => point === real || point.startsWith(`${real}/`));
}
