// Owns pushing: the progress of the layers, the errors that come inside an answer that began well, and the digest.
import { EngineError, type TransferOptions } from "@sti/core";
import { type Connection, type LastingOptions, UNLIMITED } from "./connect.ts";
import { readError } from "./decode-build-stream.ts";
import { asNumber, asObject, asText, type Json } from "./json-fields.ts";
import { mapStreamError } from "./map-engine-error.ts";
import { readJsonLines } from "./read-json-lines.ts";
import { registryHeaders } from "./registry-auth.ts";
import type { CredentialsOptions } from "./registry-credentials.ts";
import { retryNetwork } from "./retry-network.ts";
import { splitReference } from "./split-reference.ts";
import { createTransfer } from "./transfer-progress.ts";

const operation = "push image";

/** Resolves to the digest of the image's manifest in the registry. */
export async function pushImage(
  connection: Connection,
  reference: string,
  options: TransferOptions & LastingOptions & Pick<CredentialsOptions, "env">,
): Promise<string> {
  const { signal } = options;
  return await retryNetwork(() => tryPush(connection, reference, options), { signal });
}

async function tryPush(
  connection: Connection,
  reference: string,
  options: TransferOptions & LastingOptions & Pick<CredentialsOptions, "env">,
): Promise<string> {
  const { env, onProgress, signal } = options;
  const { repository, tag } = splitReference(reference);
  const stream = await connection.open({
    operation,
    phase: "push",
    method: "POST",
    path: `/images/${repository.split("/").map(encodeURIComponent).join("/")}/push`,
    query: { tag },
    headers: await registryHeaders(reference, { operation, phase: "push" }, { env, signal }),
    signal,
    limit: UNLIMITED,
  });
  const transfer = createTransfer(onProgress);
  let error: string | undefined;
  let digest = "";
  for await (const line of readJsonLines(stream.bytes, operation)) {
    error ??= readError(line);
    digest = asText(asObject(line.aux).Digest) || digest;
    recordLayer(transfer, line);
  }
  if (error !== undefined) throw mapStreamError(error, { operation, phase: "push" });
  if (/^sha256:[0-9a-f]{64}$/.test(digest)) return digest;
  const message = "the engine's answer ended before it named what was pushed";
  throw new EngineError({ reason: "push-network", operation, message });
}

function recordLayer(transfer: ReturnType<typeof createTransfer>, line: Json): void {
  const id = asText(line.id);
  if (line.status === "Pushing") {
    const detail = asObject(line.progressDetail);
    transfer.record(id, asNumber(detail.current), asNumber(detail.total));
  } else if (line.status === "Pushed") {
    transfer.finish(id);
  }
}
