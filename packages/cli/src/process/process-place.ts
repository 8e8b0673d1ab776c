// Place of this process, as far as other processes can be judged from here: machine, boot, and pid namespace.
import { readlinkSync } from "node:fs";
import { hostname, networkInterfaces } from "node:os";
import { readSmallFileSync } from "@sti/files";

export interface ProcessPlace {
  readonly hostname: string;
  /** Names the machine, or the image a container was made of; "" where there is no name. */
  readonly machine: string;
  /** Of the running kernel: no two kernels ever have the same. Undefined where the system has none. */
  readonly boot: string | undefined;
  /** The namespaces that pids and start times are counted in; undefined where they cannot be read. */
  readonly namespaces: string | undefined;
  /** Whether it sees the machine's own processes rather than those of a container. */
  readonly isWholeMachine: boolean;
  /** Whether /proc lists the processes of this pid namespace: it may be mounted from another one. */
  readonly hasOwnProc: boolean;
}

export function readProcessPlace(): ProcessPlace {
  const pids = readLink("/proc/self/ns/pid");
  if (process.platform !== "linux") {
    return {
      hostname: hostname(),
      machine: networkAddresses(),
      boot: undefined,
      namespaces: process.platform,
      isWholeMachine: true,
      hasOwnProc: false,
    };
  }
  const boot = readText("/proc/sys/kernel/random/boot_id");
  const isNamed = pids !== undefined && boot !== undefined;
  return {
    hostname: hostname(),
    machine: readText("/etc/machine-id") ?? "",
    boot,
    // Kernels before 5.6 have no time namespaces.
    namespaces: isNamed ? `${pids} ${readLink("/proc/self/ns/time") ?? ""}` : undefined,
    isWholeMachine: pids === FIRST_PID_NAMESPACE,
    hasOwnProc: readLink("/proc/self") === String(process.pid),
  };
}

/** Start time of a process, in clock ticks since the boot; undefined if the system does not report it. */
export function readStartTime(pid: number | "self"): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  // The second field is the program's name in parentheses and may contain anything.
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

/** The number is fixed in the kernel's sources (PROC_PID_INIT_INO); all others are handed out from 0xF0000000 on. */
const FIRST_PID_NAMESPACE = `pid:[${0xeffffffc}]`;

/** Used if there is no /etc/machine-id. Addresses change with the network: that only makes owners unknown. */
function networkAddresses(): string {
  const addresses = Object.values(networkInterfaces())
    .flatMap((list = []) => list)
    .filter(({ internal }) => !internal)
    .map(({ mac }) => mac);
  return [...new Set(addresses)].sort().join(" ");
}

function readText(file: string): string | undefined {
  try {
    return readSmallFileSync(file, { limit: 64 * 1024 })
      .toString()
      .trim();
  } catch {
    return undefined; // A fact that cannot be read is one that nothing is decided by.
  }
}

function readLink(file: string): string | undefined {
  try {
    return readlinkSync(file);
  } catch {
    return undefined;
  }
}
