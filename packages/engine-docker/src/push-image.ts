// Owns pushing: the progress of the layers, the errors that come inside an answer that began well, and the digest.
import { EngineError, type TransferOptions } from "@sti/core";
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

const operation = "push image";

/** Resolves to the digest of the image's manifest in the registry; undefined where the engine does not name it. */
export async function pushImage(
  connection: Connection,
  reference: string,
  options: TransferOptions & LastingOptions & Pick<CredentialsOptions, "env">,
): Promise<string | undefined> {
  const { longestWait, signal } = options;
  const push = () => tryPush(connection, reference, options);
  return longestWait === undefined ? await retryNetwork(push, { signal }) : await push();
}

async function tryPush(
  connection: Connection,
  reference: string,
  options: TransferOptions & LastingOptions & Pick<CredentialsOptions, "env">,
): Promise<string | undefined> {
  const { env, signal } = options;
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
  const transfer = createTransfer(options);
  let error: string | undefined;
  let digest: string | undefined;
  let hasLayer = false;
  for await (const line of readJsonLines(stream.bytes, operation)) {
    transfer.hear(line);
    error ??= readError(line);
    refuseToWait(line, options.longestWait);
    digest = readDigest(line) ?? digest;
    hasLayer ||= /^(?:Pushed|Layer already exists|Mounted from .*)$/.test(asText(line.status));
    recordLayer(transfer, line);
  }
  if (error !== undefined) throw mapStreamError(error, { operation, phase: "push" });
  if (digest !== undefined || hasLayer) return digest;
  const message = "the engine's answer ended before it named the pushed image";
  throw new EngineError({ reason: "lost", operation, message });
}

/** "Retrying in 10 seconds": Docker does not give the reason. Throwing ends the answer, and with it the push. */
function refuseToWait(line: Json, longest = Number.POSITIVE_INFINITY): void {
  const [, seconds = 0] = /^Retrying in (\d+) seconds?$/.exec(asText(line.status)) ?? [];
  if (Number(seconds) * 1000 <= longest) return;
  const message = "the engine could not send a layer, and wanted to try again later";
  throw new EngineError({ reason: "push-network", operation, message });
}

/**
 * Docker's own image store sends the digest as "aux" and in words; its containerd store and Podman send the words
 * alone: "1.0: digest: sha256:… size: 423".
 */
function readDigest(line: Json): string | undefined {
  const named = [line.aux, line.push].map((value) => asText(asObject(value).Digest));
  const worded = /(?:^|\s)digest: (sha256:[0-9a-f]{64})(?:\s|$)/.exec(asText(line.status))?.[1];
  return [...named, worded].find((text) => text !== undefined && /^sha256:[0-9a-f]{64}$/.test(text));
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
