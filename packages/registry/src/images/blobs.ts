// Blobs of a repository: small ones as a whole, large ones as streams, and their way into another repository.
import { Readable } from "node:stream";
import { type CallOptions, RegistryError } from "@sti/core";
import { discard } from "../transport/exchange.ts";
import type { Host } from "../transport/host.ts";
import { connectionError, invalid, type Occasion } from "../transport/map-registry-error.ts";
import { hashOf, matches } from "./digest.ts";
import type { Descriptor } from "./parse-manifest.ts";
import { pullScope, pushScope, type Repository } from "./repository.ts";

type Blob = Pick<Descriptor, "digest" | "size">;

/** A blob of at most `limit` bytes. Undefined if there is none. */
export async function readBlob(
  host: Host,
  repository: Repository,
  { digest, size }: Blob,
  { limit, signal }: CallOptions & { readonly limit: number },
): Promise<Buffer | undefined> {
  const occasion = { operation: "read blob", registry: host.registry };
  if (size > limit)
    throw invalid(occasion, `has a blob of ${size} bytes where at most ${limit} are expected`);
  const { body, status } = await host.call(readRequest(repository, digest, signal), limit);
  if (status === 404) return undefined;
  if (!matches(body, digest)) throw invalid(occasion, `sent other bytes than those of ${digest}`);
  return body;
}

/**
 * A blob as a stream, which rejects with RegistryError at its end if the bytes are not those of the digest, and before
 * that as soon as there are more of them. Undefined if there is none.
 */
export async function openBlob(
  host: Host,
  repository: Repository,
  blob: Blob,
  { signal }: CallOptions = {},
): Promise<Readable | undefined> {
  const { body, status } = await host.open(readRequest(repository, blob.digest, signal));
  if (status === 404) {
    discard(body);
    return undefined;
  }
  const content = Readable.from(
    compared(body, blob, { operation: "read blob", registry: host.registry, signal }),
  );
  // Also of a stream that nobody has begun to read.
  return content.once("close", () => discard(body));
}

function readRequest(repository: Repository, digest: string, signal: AbortSignal | undefined) {
  return {
    operation: "read blob",
    method: "GET",
    path: `${repository.path}/blobs/${digest}`,
    scopes: [pullScope(repository)],
    expected: [200, 404],
    signal,
  } as const;
}

async function* compared(
  body: Readable,
  { digest, size }: Blob,
  { signal, ...occasion }: Occasion & CallOptions,
): AsyncGenerator<Buffer> {
  const hash = hashOf(digest);
  let count = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      count += chunk.length;
      if (count > size) throw invalid(occasion, `sent more bytes than those of ${digest}`);
      hash.update(chunk);
      yield chunk;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error instanceof RegistryError ? error : connectionError(occasion, error);
  }
  if (count < size || hash.digest("hex") !== digest.slice(digest.indexOf(":") + 1)) {
    throw invalid(occasion, `sent other bytes than those of ${digest}`);
  }
}

export async function hasBlob(
  host: Host,
  repository: Repository,
  digest: string,
  { signal }: CallOptions = {},
): Promise<boolean> {
  const { status } = await host.call({
    operation: "find blob",
    method: "HEAD",
    path: `${repository.path}/blobs/${digest}`,
    scopes: [pullScope(repository)],
    expected: [200, 404],
    signal,
  });
  return status === 200;
}

interface BlobOrigin extends CallOptions {
  /** The repository of the registry that it is mounted from. */
  readonly from?: Repository | undefined;
  /** Called for each attempt. */
  readonly open: () => Promise<Uint8Array | Readable>;
}

/** Attempts to send a stream; each needs a new one. */
const STREAM_ATTEMPTS = 3;

/** Brings a blob into a repository, mounted or sent. Resolves to the number of bytes that were sent. */
export async function writeBlob(
  host: Host,
  repository: Repository,
  blob: Blob,
  origin: BlobOrigin,
): Promise<number> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await writeOnce(host, repository, blob, origin);
    } catch (error) {
      if (attempt === STREAM_ATTEMPTS || !(error instanceof StreamCutError)) {
        throw error instanceof StreamCutError ? error.cause : error;
      }
    }
  }
}

/** A stream was sent in part, for reasons that pass. */
class StreamCutError extends Error {}

async function writeOnce(
  host: Host,
  repository: Repository,
  blob: Blob,
  { from, open, signal }: BlobOrigin,
): Promise<number> {
  const mount = from === undefined ? "" : `?${new URLSearchParams({ mount: blob.digest, from: from.path })}`;
  const scopes = [pushScope(repository), ...(from === undefined ? [] : [pullScope(from)])];
  const begun = await beginUpload(host, repository, { mount, scopes, signal });
  if (begun === "mounted") return 0;
  begun.searchParams.set("digest", blob.digest);
  const content = await open();
  const isStream = content instanceof Readable;
  try {
    await host.call({
      operation: "write blob",
      method: "PUT",
      path: begun,
      scopes: [pushScope(repository)],
      headers: { "content-type": "application/octet-stream", "content-length": String(blob.size) },
      body: () => content,
      expected: [200, 201],
      isRepeatable: !isStream,
      signal,
    });
  } catch (error) {
    // A token may have ended meanwhile: the next attempt has a new one.
    const isPassing =
      error instanceof RegistryError && (error.reason === "unreachable" || error.status === 401);
    if (isStream) content.destroy();
    throw isStream && isPassing ? new StreamCutError("stream cut", { cause: error }) : error;
  }
  return blob.size;
}

/** Whether uploads are allowed: one is begun and given up. Rejects with RegistryError if they are not. */
export async function tryUpload(
  host: Host,
  repository: Repository,
  { signal }: CallOptions = {},
): Promise<void> {
  const begun = await beginUpload(host, repository, { mount: "", scopes: [pushScope(repository)], signal });
  if (begun === "mounted") return;
  await host.call({
    operation: "cancel upload",
    method: "DELETE",
    path: begun,
    scopes: [pushScope(repository)],
    // Some registries have no cancelling, or only for those who may delete; they discard it later.
    expected: [200, 202, 204, 401, 403, 404, 405],
    signal,
  });
}

async function beginUpload(
  host: Host,
  repository: Repository,
  request: CallOptions & { readonly mount: string; readonly scopes: readonly string[] },
): Promise<URL | "mounted"> {
  const operation = "begin upload";
  const answer = await host.call({
    operation,
    method: "POST",
    path: `${repository.path}/blobs/uploads/${request.mount}`,
    scopes: request.scopes,
    headers: { "content-length": "0" },
    expected: request.mount === "" ? [202] : [201, 202],
    signal: request.signal,
  });
  if (answer.status === 201) return "mounted";
  const { location = "" } = answer.headers;
  if (!URL.canParse(location, answer.url.href)) {
    throw invalid({ operation, registry: host.registry }, "names no address for the upload");
  }
  const url = new URL(location, answer.url);
  if (url.protocol === "http:" && answer.url.protocol === "https:") {
    throw invalid({ operation, registry: host.registry }, `names ${url.host} without TLS for the upload`);
  }
  return url;
}
