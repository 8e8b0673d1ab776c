// Content of an image, file by file: to prove that two images are the same.
import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { createTarDecoder } from "modern-tar";
import { callEngine } from "./engine-api.ts";
import { localRequest } from "./local-request.ts";

/** One entry of an image, without its times. */
export interface TreeEntry {
  readonly type: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly linkTarget: string;
  /** sha256 of the content, hex. */
  readonly digest: string;
}

/** Entries by path. Files that the engine puts into every container are left out. */
export async function readImageTree(
  endpoint: Pick<Endpoint, "host" | "tls">,
  image: string,
): Promise<ReadonlyMap<string, TreeEntry>> {
  return await withExport(endpoint, image, async (stream) => {
    const tree = new Map<string, TreeEntry>();
    const decoder = createTarDecoder();
    const entries = Readable.toWeb(stream).pipeThrough(
      decoder as unknown as ReadableWritablePair,
    ) as unknown as AsyncIterable<TarEntry>;
    for await (const { header, body } of entries) {
      const hash = createHash("sha256");
      for await (const chunk of body) hash.update(chunk);
      const path = header.name.replace(/\/$/, "");
      if (OF_THE_ENGINE.has(path)) continue;
      tree.set(path, {
        type: header.type,
        mode: header.mode & 0o7777,
        uid: header.uid,
        gid: header.gid,
        linkTarget: header.linkname ?? "",
        digest: hash.digest("hex"),
      });
    }
    return tree;
  });
}

/** An image's files as one tar, uncompressed whatever the engine's store. */
export async function exportImage(endpoint: Pick<Endpoint, "host" | "tls">, image: string): Promise<Buffer> {
  return await withExport(endpoint, image, async (stream) => Buffer.concat(await stream.toArray()));
}

async function withExport<Value>(
  endpoint: Pick<Endpoint, "host" | "tls">,
  image: string,
  work: (stream: Readable) => Promise<Value>,
): Promise<Value> {
  const created = await callEngine(endpoint, "POST", "/containers/create", { Image: image, Cmd: ["none"] });
  const { Id: id } = created.body as { readonly Id?: string };
  if (id === undefined) throw new Error(`no container of ${image}: ${JSON.stringify(created.body)}`);
  try {
    return await work(await exportContainer(endpoint, id));
  } finally {
    await callEngine(endpoint, "DELETE", `/containers/${id}?force=1&v=1`);
  }
}

const OF_THE_ENGINE = new Set([
  ".dockerenv",
  "dev",
  "dev/console",
  "dev/pts",
  "dev/shm",
  "etc/hostname",
  "etc/hosts",
  "etc/mtab",
  "etc/resolv.conf",
  "proc",
  "sys",
]);

interface TarEntry {
  readonly header: {
    readonly name: string;
    readonly type: string;
    readonly mode: number;
    readonly uid: number;
    readonly gid: number;
    readonly linkname?: string;
  };
  readonly body: AsyncIterable<Uint8Array>;
}
type ReadableWritablePair = Parameters<ReturnType<typeof Readable.toWeb>["pipeThrough"]>[0];

async function exportContainer(endpoint: Pick<Endpoint, "host" | "tls">, id: string): Promise<Readable> {
  const { client, options } = localRequest(endpoint);
  const { promise, resolve, reject } = Promise.withResolvers<Readable>();
  client.get({ ...options, path: `/containers/${id}/export`, agent: false }, resolve).on("error", reject);
  return await promise;
}
