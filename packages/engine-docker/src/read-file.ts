// Owns the reading of one file inside a container, through links. Only as much of it as was asked for is read.
import { type CallOptions, type ContainerFile, EngineError } from "@sti/core";
import type { Connection, EngineStream } from "./connect.ts";
import { type Archive, openArchive, openExisting } from "./container-archive.ts";
import { asNumber, asObject, asText } from "./json-fields.ts";
import { notAnEngine } from "./map-engine-error.ts";
import { readTarHead } from "./read-tar-head.ts";

const operation = "read file";
const mostLinks = 16;

export async function readFile(
  connection: Connection,
  container: string,
  path: string,
  options: CallOptions & { readonly headBytes?: number } = {},
): Promise<ContainerFile | undefined> {
  const archive = { connection, container, operation, signal: options.signal };
  let place = path;
  for (let links = 0; links <= mostLinks; links++) {
    const stat = await statFile(archive, place);
    if (stat === undefined) return undefined;
    if (stat.kind === "link") {
      place = stat.linkTarget;
      continue;
    }
    const { kind, mode, modifiedAt, size } = stat;
    const wanted = kind === "file" ? Math.min(options.headBytes ?? 0, size) : 0;
    const head = wanted === 0 ? new Uint8Array() : await readHead(archive, place, wanted);
    return head === undefined ? undefined : { path: place, kind, mode, size, modifiedAt, head };
  }
  return undefined;
}

/** A HEAD costs the engine a tenth of a GET; but only a GET reports the reason of a failure. */
async function statFile(archive: Archive, path: string): Promise<Stat | undefined> {
  try {
    const stream = await openArchive(archive, "HEAD", path);
    stream.close();
    return readStat(stream);
  } catch (error) {
    if (!(error instanceof EngineError) || error.status === undefined) throw error;
  }
  const stream = await openExisting(archive, path);
  if (stream === undefined) return undefined;
  stream.close();
  return readStat(stream);
}

async function readHead(archive: Archive, path: string, wanted: number): Promise<Uint8Array | undefined> {
  const stream = await openExisting(archive, path);
  if (stream === undefined) return undefined;
  try {
    return await readTarHead(stream.bytes, wanted);
  } finally {
    stream.close();
  }
}

interface Stat {
  readonly kind: "file" | "directory" | "other" | "link";
  readonly mode: number;
  readonly size: number;
  readonly modifiedAt: string;
  readonly linkTarget: string;
}

/** The engine reports Go's file mode: kinds in the high bits, permissions in the low nine. */
function readStat(stream: EngineStream): Stat {
  const header = stream.headers["x-docker-container-path-stat"];
  const text = Buffer.from(typeof header === "string" ? header : "", "base64").toString();
  if (!text.startsWith("{")) throw notAnEngine(operation, text);
  const stat = asObject(JSON.parse(text));
  const mode = asNumber(stat.mode);
  const linkTarget = asText(stat.linkTarget);
  const special = mode & (goNamedPipe | goSocket | goDevice | goIrregular);
  let kind: Stat["kind"] = "file";
  if (mode & goSymlink) kind = "link";
  else if (mode & goDirectory) kind = "directory";
  else if (special !== 0) kind = "other";
  const modifiedAt = asText(stat.mtime);
  return { kind, mode: mode & 0o777, size: asNumber(stat.size), modifiedAt, linkTarget };
}

const goDirectory = 1 << 31;
const goSymlink = 1 << 27;
const goDevice = 1 << 26;
const goNamedPipe = 1 << 25;
const goSocket = 1 << 24;
const goIrregular = 1 << 19;
