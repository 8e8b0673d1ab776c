// Looks behind workers and sessions: into a queue, the files of a registry, and the history of an engine.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { homeQueueName, openQueue, parseQueuePlace, type QueueConnection, queueName } from "@sti/queue";
import { readBytes } from "@sti/testing/engine-api";
import { expect } from "vitest";

/** A task as BullMQ has it. */
interface Job {
  readonly id: string;
  readonly name: string;
  readonly data: { readonly signed?: string };
  readonly opts: object;
  readonly attemptsMade: number;
  remove(): Promise<void>;
}
type Queue = ReturnType<QueueConnection["queue"]> & {
  getJobs(states: readonly string[]): Promise<readonly Job[]>;
};
const UNFINISHED = ["waiting", "prioritized", "active", "delayed"];

/** `work` gets the queues of a server: the shared one, and those of the named workers. */
async function withQueues<Value>(
  url: string,
  workers: readonly string[],
  work: (queues: readonly Queue[]) => Promise<Value>,
): Promise<Value> {
  const place = parseQueuePlace(url);
  if ("problem" in place) throw new Error(place.problem);
  const platform = `linux/${process.arch === "x64" ? "amd64" : process.arch}`;
  const connection = await openQueue(place, { limit: 10_000, onError: () => {} });
  try {
    const names = [
      queueName(place, platform),
      ...workers.map((name) => homeQueueName(place, platform, name)),
    ];
    const queues = names.map((name) => connection.queue(name) as Queue);
    const value = await work(queues);
    await Promise.all(queues.map((queue) => queue.close()));
    return value;
  } finally {
    await connection.close();
  }
}

/** Tasks that have not ended. */
export async function unfinishedTasks(
  url: string,
  workers: readonly string[],
): Promise<readonly Pick<Job, "attemptsMade" | "id" | "name">[]> {
  return await withQueues(url, workers, async (queues) => {
    const jobs = (await Promise.all(queues.map((queue) => queue.getJobs(UNFINISHED)))).flat();
    return jobs.map(({ attemptsMade, id, name }) => ({ attemptsMade, id, name }));
  });
}

/** Waits for a signed task in the shared queue, and changes the order in its envelope. */
export async function changeFirstTask(
  url: string,
  change: (order: Readonly<Record<string, unknown>>) => object,
): Promise<void> {
  await withQueues(url, [], async ([queue]) => {
    if (queue === undefined) throw new Error("no queue");
    const find = async () => (await queue.getJobs(UNFINISHED))[0];
    await expect.poll(find, { timeout: 30_000 }).toBeDefined();
    const job = await find();
    if (job?.data.signed === undefined) throw new Error("the task is not signed");
    const envelope = JSON.parse(job.data.signed) as { readonly payload: string };
    const order = change(JSON.parse(Buffer.from(envelope.payload, "base64").toString()));
    const payload = Buffer.from(JSON.stringify(order)).toString("base64");
    const data = { ...job.data, signed: JSON.stringify({ ...envelope, payload }) };
    await job.remove();
    await queue.add(job.name, data as never, job.opts as never);
  });
}

/** Names of containers that an engine has made since, in seconds since 1970. */
export async function containersSince(endpoint: Endpoint, since: number): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ type: ["container"], event: ["create"] }));
  const until = Math.floor(Date.now() / 1000) + 1;
  const lines = await readBytes(endpoint, `/events?since=${since}&until=${until}&filters=${filters}`);
  return lines
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line).Actor.Attributes.name as string);
}

/** All blobs below the folder of a registry, unpacked where they are packed. */
export async function unpackedBlobs(folder: string): Promise<readonly Buffer[]> {
  const files = await readdir(folder, { recursive: true });
  const blobs = files.filter((file) => /\/blobs\/sha256\/.*\/data$/.test(file));
  return await Promise.all(blobs.map(async (file) => unpack(await readFile(join(folder, file)))));
}

function unpack(content: Buffer): Buffer {
  const begins = (bytes: readonly number[]) => content.subarray(0, bytes.length).equals(Buffer.from(bytes));
  if (begins([0x28, 0xb5, 0x2f, 0xfd])) return zstdDecompressSync(content);
  return begins([0x1f, 0x8b]) ? gunzipSync(content) : content;
}
