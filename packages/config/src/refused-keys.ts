// Keys that other tools have and sti leaves out on purpose, with the reason.

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

/** Reason why a key is not offered, in any spelling (network_mode, networkMode, "network-mode"). */
export function refusalOf(key: string): string | undefined {
  return REFUSED.has(key.toLowerCase().replaceAll(/[_-]/g, "")) ? REACHES_THE_MACHINE : undefined;
}
