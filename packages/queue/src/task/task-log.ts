// The log of a task in the store: all its events, one a line. It outlives the queue's messages.
import { createHash } from "node:crypto";
import { zstdCompressSync, zstdDecompressSync } from "node:zlib";
import type { ArtifactStore } from "@sti/core";
import type { TargetEvent } from "./task-topics.ts";

const TYPE = "application/vnd.sti.log.v1+ndjson+zstd";
/** Bytes of a log, unpacked: the end of a longer one is left out. */
const LARGEST = 64 * 1024 ** 2;

export interface TaskLog {
  /** Writes it, unless it has as many events already. The build counts without it: resolves to what went wrong. */
  write(events: readonly TargetEvent[]): Promise<string | undefined>;
  /** Resolves when nothing of it is on its way. */
  settle(): Promise<void>;
}

/** Each writing follows the one before. */
export function createTaskLog(artifacts: ArtifactStore, tag: string): TaskLog {
  let count = 0;
  let last: Promise<string | undefined> = Promise.resolve(undefined);
  const write = async (events: readonly TargetEvent[], before: typeof last) => {
    await before;
    try {
      await writeLog(artifacts, tag, events);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  return {
    write: (events) => {
      if (events.length !== count) last = write([...events], last);
      count = events.length;
      return last;
    },
    settle: async () => void (await last),
  };
}

/** Rejects with RegistryError. */
async function writeLog(
  artifacts: ArtifactStore,
  tag: string,
  events: readonly TargetEvent[],
): Promise<void> {
  const lines: string[] = [];
  let size = 0;
  for (const event of events) {
    const line = `${JSON.stringify(event)}\n`;
    size += line.length;
    if (size > LARGEST / 2) break;
    lines.push(line);
  }
  const bytes = zstdCompressSync(Buffer.from(lines.join("")));
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  await artifacts.add(tag, {
    digest,
    size: bytes.length,
    mediaType: TYPE,
    open: async function* () {
      yield bytes;
    },
  });
}

/** Undefined if there is none that can be read. Rejects with RegistryError. */
export async function readLog(
  artifacts: ArtifactStore,
  tag: string,
): Promise<readonly TargetEvent[] | undefined> {
  const blob = await artifacts.find(tag);
  const content = blob && (await artifacts.open(blob));
  if (content === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  try {
    const text = zstdDecompressSync(Buffer.concat(chunks), { maxOutputLength: LARGEST }).toString();
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as TargetEvent);
  } catch {
    return undefined;
  }
}
