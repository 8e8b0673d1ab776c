// Owns pulling: the progress of the layers and the errors that come inside an answer that began well.
import type { CallOptions, PullProgress } from "@sti/core";
import type { Connection } from "./connect.ts";
import { readError } from "./decode-build-stream.ts";
import { asNumber, asObject, asText } from "./json-fields.ts";
import { mapStreamError } from "./map-engine-error.ts";
import { readJsonLines } from "./read-json-lines.ts";
import { splitReference } from "./split-reference.ts";

export async function pullImage(
  connection: Connection,
  reference: string,
  options: CallOptions & { readonly onProgress?: (progress: PullProgress) => void } = {},
): Promise<void> {
  const operation = "pull image";
  const { repository, tag } = splitReference(reference);
  const stream = await connection.open({
    operation,
    phase: "pull",
    method: "POST",
    path: "/images/create",
    query: { fromImage: repository, tag },
    signal: options.signal,
  });
  const layers = new Map<string, PullProgress>();
  let error: string | undefined;
  for await (const line of readJsonLines(stream.bytes, operation)) {
    error ??= readError(line);
    if (recordLayer(layers, line)) options.onProgress?.(sumLayers(layers));
  }
  if (error !== undefined) throw mapStreamError(error, { operation, phase: "pull" });
}

/** Downloads count; unpacking afterwards reports the same bytes again. */
function recordLayer(layers: Map<string, PullProgress>, line: Readonly<Record<string, unknown>>): boolean {
  const id = asText(line.id);
  const known = layers.get(id);
  if (line.status === "Downloading") {
    const detail = asObject(line.progressDetail);
    layers.set(id, { current: asNumber(detail.current), total: asNumber(detail.total) });
    return true;
  }
  if (line.status !== "Download complete" || known === undefined) return false;
  layers.set(id, { current: known.total, total: known.total });
  return true;
}

function sumLayers(layers: ReadonlyMap<string, PullProgress>): PullProgress {
  let current = 0;
  let total = 0;
  for (const layer of layers.values()) {
    current += layer.current;
    total += layer.total;
  }
  return { current, total };
}
