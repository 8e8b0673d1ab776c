// Who this process is, in names that containers carry, and whether another such process is gone.
import { createHash, randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { SessionOwner } from "@sti/core";
import { readSmallFileSync } from "@sti/files";

export function currentOwner(): SessionOwner {
  return {
    host: shortHash(hostname()),
    boot: currentBoot(),
    pid: process.pid,
    started: startOf(process.pid) ?? "0",
    nonce: randomBytes(3).toString("hex"),
  };
}

/** True only when it is certain that the owner's process has ended. */
export function isDeadOwner(owner: SessionOwner): boolean {
  if (owner.host !== shortHash(hostname())) return false;
  if (owner.boot !== currentBoot()) return true;
  if (!isRunning(owner.pid)) return true;
  const started = startOf(owner.pid);
  return started !== undefined && owner.started !== "0" && started !== owner.started;
}

function currentBoot(): string {
  return shortHash(readText("/proc/sys/kernel/random/boot_id") ?? "unknown");
}

/** When a process started, in clock ticks since the boot; undefined where the system does not tell. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may hold anything.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

function readText(file: string): string | undefined {
  try {
    return readSmallFileSync(file, { limit: 64 * 1024 }).toString();
  } catch {
    return undefined;
  }
}

function shortHash(text: string): string {
  return createHash("sha256").update(text.trim()).digest("hex").slice(0, 8);
}
