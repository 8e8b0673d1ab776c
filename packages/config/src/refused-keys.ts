// Keys that other tools have and sti leaves out on purpose, with the reason.
import type { ConfigPath } from "@sti/core";

const REACHES_THE_MACHINE = "would let a build reach this machine; not offered";
const REFUSED = new Set([
  ...["privileged", "capadd", "cgroupparent", "device", "devices", "devicerequests"],
  ...[
    "network",
    "networkmode",
    "networks",
    "pid",
    "pidmode",
    "ipc",
    "ipcmode",
    "uts",
    "userns",
    "usernsmode",
  ],
  ...["volume", "volumes", "volumesfrom", "mount", "mounts", "bind", "binds", "securityopt"],
]);

const IN_DOCKERFILES = "belongs in the Dockerfile: RUN --mount=type=cache";

/** Reason why a key is not offered, in any spelling (network_mode, networkMode, "network-mode"). */
export function refusalOf(key: string, path: ConfigPath): string | undefined {
  if (key === "caches" && path.length === 2 && path[0] === "images") return IN_DOCKERFILES;
  return REFUSED.has(key.toLowerCase().replaceAll(/[_-]/g, "")) ? REACHES_THE_MACHINE : undefined;
}
