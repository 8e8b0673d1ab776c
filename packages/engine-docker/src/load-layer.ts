// Loads one layer of an image whose other content the engine has: an OCI layout, of which the engine takes what it lacks.
import type { LeftOutLayer, TransferOptions } from "@sti/core";
import { createTarPacker } from "modern-tar";
import type { Connection, LastingOptions } from "./connect.ts";
import { readError } from "./decode-build-stream.ts";
import { UNLIMITED } from "./engine-request.ts";
import { mapStreamError } from "./map-engine-error.ts";
import { readJsonLines } from "./read-json-lines.ts";

const operation = "load layer";

/** `reference`: the image has this name afterwards, as before. */
export async function loadLayer(
  connection: Connection,
  reference: string,
  left: LeftOutLayer,
  options: TransferOptions & LastingOptions,
): Promise<void> {
  const { signal } = options;
  const stream = await connection.open({
    operation,
    phase: "pull",
    method: "POST",
    path: "/images/load",
    query: { quiet: "1" },
    upload: packLayout(reference, left, options),
    signal,
    limit: UNLIMITED,
  });
  let error: string | undefined;
  for await (const line of readJsonLines(stream.bytes, operation)) error ??= readError(line);
  if (error !== undefined) throw mapStreamError(error, { operation, phase: "pull" });
}

/** containerd names what it loads by this annotation. */
const NAME = "io.containerd.image.name";

async function* packLayout(
  reference: string,
  { layer, manifest }: LeftOutLayer,
  { onProgress, onSign, signal }: TransferOptions,
): AsyncGenerator<Uint8Array> {
  const { bytes, digest, mediaType } = manifest;
  const described = { mediaType, digest, size: bytes.length, annotations: { [NAME]: reference } };
  const index = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [described],
  };
  const files: readonly (readonly [string, Uint8Array])[] = [
    ["oci-layout", Buffer.from(JSON.stringify({ imageLayoutVersion: "1.0.0" }))],
    ["index.json", Buffer.from(JSON.stringify(index))],
    [pathOf(digest), bytes],
  ];
  const { controller, readable } = createTarPacker();
  const write = async () => {
    for (const [name, content] of files) await writeFile(name, content.length, [content]);
    await writeFile(pathOf(layer.digest), layer.size, counted());
    controller.finalize();
  };
  async function writeFile(
    name: string,
    size: number,
    chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  ) {
    const writer = controller.add({ name, size, type: "file", mode: 0o644 }).getWriter();
    for await (const chunk of chunks) await writer.write(chunk);
    await writer.close();
  }
  async function* counted() {
    let current = 0;
    for await (const chunk of await layer.open({ signal })) {
      current += chunk.length;
      onProgress?.({ current, total: layer.size });
      onSign?.();
      yield chunk;
    }
  }
  const writing = write().catch((error: unknown) => controller.error(error));
  try {
    yield* readable;
  } finally {
    await writing;
  }
}

function pathOf(digest: string): string {
  return `blobs/${digest.replace(":", "/")}`;
}
