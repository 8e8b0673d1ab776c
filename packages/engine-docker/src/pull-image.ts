// Owns pulling: the progress of the layers and the errors that come inside an answer that began well.
import type { TransferOptions } from "@sti/core";
import type { CredentialsOptions } from "@sti/registry/credentials";
import type { Connection, LastingOptions } from "./connect.ts";
import { readError } from "./decode-build-stream.ts";
import { UNLIMITED } from "./engine-request.ts";
import { asNumber, asObject, asText, type Json } from "./json-fields.ts";
import { mapStreamError } from "./map-engine-error.ts";
import { readJsonLines } from "./read-json-lines.ts";
import { registryHeaders } from "./registry-auth.ts";
import { retryNetwork } from "./retry-network.ts";
import { splitReference } from "./split-reference.ts";
import { createTransfer } from "./transfer-progress.ts";

const operation = "pull image";
/** Last message of engines: digest of the manifest, or of the index if the image is for several platforms. */
const DIGEST = /^Digest: (sha256:[0-9a-f]{64})$/;

/** Resolves to the digest of the pulled image, if the engine reports it. */
export async function pullImage(
  connection: Connection,
  reference: string,
  options: TransferOptions & LastingOptions & Pick<CredentialsOptions, "env">,
): Promise<string | undefined> {
  const { signal } = options;
  return await retryNetwork(() => tryPull(connection, reference, options), { signal });
}

async function tryPull(
  connection: Connection,
  reference: string,
  options: TransferOptions & LastingOptions & Pick<CredentialsOptions, "env">,
): Promise<string | undefined> {
  const { env, signal } = options;
  const { repository, tag } = splitReference(reference);
  const stream = await connection.open({
    operation,
    phase: "pull",
    method: "POST",
    path: "/images/create",
    query: { fromImage: repository, tag },
    headers: await registryHeaders(reference, { operation, phase: "pull" }, { env, signal }),
    signal,
    limit: UNLIMITED,
  });
  const transfer = createTransfer(options);
  let error: string | undefined;
  let digest: string | undefined;
  for await (const line of readJsonLines(stream.bytes, operation)) {
    transfer.hear(line);
    error ??= readError(line);
    digest = DIGEST.exec(asText(line.status))?.[1] ?? digest;
    recordLayer(transfer, line);
  }
  if (error !== undefined) throw mapStreamError(error, { operation, phase: "pull" });
  return digest;
}

/** Downloads count; unpacking afterwards reports the same bytes again. */
function recordLayer(transfer: ReturnType<typeof createTransfer>, line: Json): void {
  const id = asText(line.id);
  if (line.status === "Downloading") {
    const detail = asObject(line.progressDetail);
    transfer.record(id, asNumber(detail.current), asNumber(detail.total));
  } else if (line.status === "Download complete") {
    transfer.finish(id);
  }
}
