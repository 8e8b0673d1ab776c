// Whether a folder lies on a file system that does not report others' changes.
import { statfs } from "node:fs/promises";
import { dirname } from "node:path";

/** Magic numbers of Linux's statfs: NFS, SMB, CIFS, 9p, FUSE (sshfs, shared folders of virtual machines), vboxsf, Ceph, AFS. */
const REMOTE = new Set([
  0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x01021997, 0x65735546, 0x786f4256, 0x00c36400, 0x5346414f,
]);

export async function needsPolling(path: string): Promise<boolean> {
  if (process.platform !== "linux") return false;
  return await isRemote(path);
}

/** Whether a server, and not this machine's kernel, gives the files their times. Linux only. */
export async function isRemote(path: string): Promise<boolean> {
  for (let place = path; ; place = dirname(place)) {
    const found = await statfs(place).catch(() => undefined);
    if (found !== undefined) return REMOTE.has(found.type >>> 0);
    if (dirname(place) === place) return false;
  }
}
