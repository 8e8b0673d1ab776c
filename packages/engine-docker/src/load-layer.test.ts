import type { LeftOutLayer } from "@sti/core";
import { unpackTar } from "modern-tar";
import { expect, test } from "vitest";
import type { Connection } from "./connect.ts";
import { loadLayer } from "./load-layer.ts";

const MANIFEST = {
  digest: `sha256:${"a".repeat(64)}`,
  mediaType: "application/x.manifest",
  bytes: Buffer.from("{}"),
};
const DIGEST = `sha256:${"b".repeat(64)}`;
const NAME = `r.test/app@sha256:${"c".repeat(64)}`;

const left = (open: LeftOutLayer["layer"]["open"]): LeftOutLayer => ({
  manifest: MANIFEST,
  layer: { digest: DIGEST, size: 6, open },
});
async function* bytesOf(...chunks: readonly string[]) {
  for (const chunk of chunks) yield Buffer.from(chunk);
}

/** An engine that takes the whole archive and answers with these lines. */
function answering(lines: readonly object[] = []) {
  const taken: Buffer[] = [];
  const refuse = () => Promise.reject(new Error("not a load"));
  const connection: Connection = {
    speak: () => {},
    engineVersion: refuse,
    call: refuse,
    upgrade: refuse,
    openHttp2: refuse,
    open: async ({ upload }) => {
      for await (const chunk of upload as AsyncIterable<Uint8Array>) taken.push(Buffer.from(chunk));
      const bytes = bytesOf(...lines.map((line) => `${JSON.stringify(line)}\n`));
      return { headers: {}, bytes, close: () => {} };
    },
  };
  return { connection, files: async () => await unpackTar(Buffer.concat(taken)) };
}

test("a layer is loaded with its manifest, under the name of the image", async () => {
  const { connection, files } = answering([{ stream: "Loaded image\n" }]);
  const progress: object[] = [];
  await loadLayer(
    connection,
    NAME,
    left(async () => bytesOf("lay", "er.")),
    {
      signal: new AbortController().signal,
      onProgress: (now) => progress.push(now),
    },
  );
  const contents = Object.fromEntries(
    (await files()).map(({ data, header }) => [header.name, Buffer.from(data ?? []).toString()]),
  );
  expect(Object.keys(contents)).toEqual([
    "oci-layout",
    "index.json",
    `blobs/sha256/${"a".repeat(64)}`,
    `blobs/sha256/${"b".repeat(64)}`,
  ]);
  expect(contents[`blobs/sha256/${"b".repeat(64)}`]).toBe("layer.");
  const [described] = JSON.parse(contents["index.json"] ?? "").manifests;
  const { digest, mediaType } = MANIFEST;
  expect(described).toEqual({
    digest,
    mediaType,
    size: 2,
    annotations: { "io.containerd.image.name": NAME },
  });
  expect(progress).toEqual([
    { current: 3, total: 6 },
    { current: 6, total: 6 },
  ]);
});

test("a layer that cannot be read, or is cut, fails with the reason of its reader", async () => {
  const { connection } = answering();
  const options = { signal: new AbortController().signal };
  const refused = left(async () => {
    throw new Error("no such layer");
  });
  await expect(loadLayer(connection, NAME, refused, options)).rejects.toThrow("no such layer");
  const cut = left(async () =>
    (async function* () {
      yield Buffer.from("lay");
      throw new Error("cut");
    })(),
  );
  await expect(loadLayer(connection, NAME, cut, options)).rejects.toThrow("cut");
});

test("an error in the answer is that of the call", async () => {
  const { connection } = answering([{ errorDetail: { message: "no space left on device" }, error: "x" }]);
  const loading = loadLayer(
    connection,
    NAME,
    left(async () => bytesOf("layer.")),
    {
      signal: new AbortController().signal,
    },
  );
  await expect(loading).rejects.toMatchObject({ reason: "disk-full", operation: "load layer" });
});
