// Name of this process in the names of containers and volumes, and whether the process of another such name has ended.
import { createHash, randomBytes } from "node:crypto";
import type { SessionOwner } from "@sti/core";
import { type ProcessPlace, readProcessPlace, readStartTime } from "./process-place.ts";

/** "unknown": it may run on another machine, or in a container whose processes cannot be seen from here. */
export type OwnerState = "running" | "ended" | "unknown";

export function currentOwner(): SessionOwner {
  return ownerAt(currentPlace(), {
    pid: process.pid,
    started: readStartTime("self") ?? "0",
    nonce: randomBytes(3).toString("hex"),
  });
}

export function ownerAt(
  place: ProcessPlace,
  ids: Pick<SessionOwner, "nonce" | "pid" | "started">,
): SessionOwner {
  return { host: hostOf(place), boot: bootOf(place), ...ids };
}

/** True only when it is certain that the owner's process has ended. */
export function isDeadOwner(owner: SessionOwner): boolean {
  return judgeOwner(owner) === "ended";
}

/**
 * "ended" is a proof (decision 36): the host's hash and the boot name one kernel and one pid namespace, in which the
 * pid is free or another process's; or one machine that was started again since.
 */
export function judgeOwner(
  owner: SessionOwner,
  {
    place = currentPlace(),
    isRunning = isRunningHere,
    startTime = readStartTime,
  }: {
    readonly place?: ProcessPlace;
    readonly isRunning?: (pid: number) => boolean;
    readonly startTime?: (pid: number) => string | undefined;
  } = {},
): OwnerState {
  if (place.namespaces === undefined || owner.host !== hostOf(place)) return "unknown";
  // Without a boot id only the machine's name shows that both are on one kernel.
  if (place.boot === undefined && place.machine === "") return "unknown";
  if (owner.boot !== bootOf(place)) {
    return place.machine !== "" && place.isWholeMachine ? "ended" : "unknown";
  }
  if (!isRunning(owner.pid)) return "ended";
  const started = place.hasOwnProc ? startTime(owner.pid) : undefined;
  if (started === undefined || owner.started === "0" || started === owner.started) return "running";
  return "ended";
}

let known: ProcessPlace | undefined;

/** Read once: a process does not change its place. */
function currentPlace(): ProcessPlace {
  known ??= readProcessPlace();
  return known;
}

function hostOf({ hostname, machine, namespaces = "" }: ProcessPlace): string {
  return shortHash([hostname, machine, namespaces].join("\n"), 16);
}

function bootOf({ boot = "unknown" }: ProcessPlace): string {
  return shortHash(boot, 8);
}

function isRunningHere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function shortHash(text: string, length: number): string {
  return createHash("sha256").update(text).digest("hex").slice(0, length);
}
