// The control groups of an engine that runs in namespaces of its own: they contain all its processes, so they list
// those to end.
import { existsSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sendSignal } from "./engine-processes.ts";
import { ScriptError } from "./run-script.ts";

/** Time limit for an engine to end on request, in milliseconds. */
const stopLimit = 30_000;

/** Asks the engine's first process to end, which takes all others along; what does not end is killed. Removes the groups. */
export async function endGroup(name: string): Promise<void> {
  const deadline = performance.now() + stopLimit;
  let left = processesOf(name);
  const first = left.find((pid) => isInit(pid));
  if (first !== undefined) sendSignal(first, "SIGTERM");
  else for (const pid of left) sendSignal(pid, "SIGKILL");
  while (left.length > 0) {
    await delay(50); // they are no children of ours: their end is not reported
    left = processesOf(name);
    if (performance.now() > deadline + stopLimit) {
      throw new ScriptError(`processes ${left.join(", ")} of ${name} do not end`);
    }
    if (performance.now() > deadline) for (const pid of left) sendSignal(pid, "SIGKILL");
  }
  for (const group of groupsOf(name)) removeGroup(group);
}

/** Process ids of an engine, as this machine counts them. */
function processesOf(name: string): readonly number[] {
  const ids = groupsOf(name).flatMap((group) => [group, ...groupsBelow(group)].flatMap(readIds));
  return [...new Set(ids)];
}

const root = "/sys/fs/cgroup";

/** The group of this name in each hierarchy: in version 2 there is one hierarchy, in version 1 one for each controller. */
function groupsOf(name: string): readonly string[] {
  if (!existsSync(root)) return [];
  const hierarchies = [root, ...readdirSync(root).map((entry) => join(root, entry))];
  return hierarchies.map((hierarchy) => join(hierarchy, name)).filter((group) => existsSync(group));
}

function groupsBelow(group: string): readonly string[] {
  return readdirSync(group, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => [join(group, name), ...groupsBelow(join(group, name))]);
}

function removeGroup(group: string): void {
  for (const below of groupsBelow(group).toReversed()) rmdirSync(below);
  rmdirSync(group);
}

function readIds(group: string): readonly number[] {
  return readFileSync(join(group, "cgroup.procs"), "utf8").split("\n").filter(Boolean).map(Number);
}

/** The first process of the namespaces: its end is the end of all others. */
function isInit(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0")[0] === "catatonit";
  } catch (error) {
    if (
      (error as NodeJS.ErrnoException).code === "ENOENT" ||
      (error as NodeJS.ErrnoException).code === "ESRCH"
    )
      return false; // ended while the list was read
    throw error;
  }
}
