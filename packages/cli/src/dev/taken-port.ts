// Words about a port of this machine that somebody else listens at: who, and which port is free instead.
import { readdirSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { readSmallFileSync } from "@sti/files";

/** Number of ports after the taken one that are tried. */
const TRIED = 20;
/** Bytes of a list of sockets; a longer one is not looked at. */
const LARGEST = 4 * 2 ** 20;
/** State of a listening socket in /proc/net/tcp. */
const LISTENING = "0A";

/** Follows the port: "is taken on this machine by node (process 4711); 8081 is free". `claimed`: by other apps. */
export async function describeTaken(
  port: number,
  hostIp: string | undefined,
  claimed: ReadonlySet<number>,
): Promise<string> {
  const holder = findHolder(port);
  const by = holder === undefined ? "" : ` by ${holder.name} (process ${holder.pid})`;
  const free = await findFree(port, hostIp, claimed);
  return `is taken on this machine${by}${free === undefined ? "" : `; ${free} is free`}`;
}

interface Holder {
  readonly pid: number;
  readonly name: string;
}

/** Undefined where the system does not tell, or not this user. */
function findHolder(port: number): Holder | undefined {
  const sockets = new Set(listenersAt(port).map((inode) => `socket:[${inode}]`));
  if (sockets.size === 0) return undefined;
  for (const pid of list("/proc").filter((name) => /^\d+$/.test(name))) {
    const isHolder = list(`/proc/${pid}/fd`).some((fd) => sockets.has(linkOf(`/proc/${pid}/fd/${fd}`)));
    if (isHolder) return { pid: Number(pid), name: read(`/proc/${pid}/comm`).trim() || "a program" };
  }
  return undefined;
}

/** Inodes of listening sockets. */
function listenersAt(port: number): readonly string[] {
  const end = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap((file) => read(file).split("\n").slice(1));
  return rows.flatMap((row) => {
    const [, local = "", , state, , , , , , inode = ""] = row.trim().split(/\s+/);
    return local.endsWith(end) && state === LISTENING ? [inode] : [];
  });
}

async function findFree(
  port: number,
  hostIp: string | undefined,
  claimed: ReadonlySet<number>,
): Promise<number | undefined> {
  for (let next = port + 1; next <= Math.min(port + TRIED, 65_535); next += 1) {
    if (!claimed.has(next) && (await isFree(next, hostIp))) return next;
  }
  return undefined;
}

async function isFree(port: number, host: string | undefined): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  return await promise;
}

/** What cannot be read tells nothing: processes of others, and systems without /proc. */
function read(file: string): string {
  return orNothing(() => readSmallFileSync(file, { limit: LARGEST }).toString(), "");
}

function list(folder: string): readonly string[] {
  return orNothing(() => readdirSync(folder), []);
}

function linkOf(path: string): string {
  return orNothing(() => readlinkSync(path), "");
}

function orNothing<Value>(look: () => Value, nothing: Value): Value {
  try {
    return look();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return nothing;
  }
}
