// Manifests and indexes of a repository: reading, writing and removing them, with their digests compared.
import type { CallOptions } from "@sti/core";
import type { Host } from "../transport/host.ts";
import { invalid } from "../transport/map-registry-error.ts";
import { digestOf, isDigest, matches } from "./digest.ts";
import { MANIFEST_TYPES, type Manifest, parseManifest } from "./parse-manifest.ts";
import { deleteScope, pullScope, pushScope, type Repository } from "./repository.ts";

export interface StoredManifest {
  /** Of these bytes. */
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly manifest: Manifest;
}

const ACCEPT = { accept: MANIFEST_TYPES.join(", ") };

/** `name`: a tag or digest. Undefined if there is none. */
export async function readManifest(
  host: Host,
  repository: Repository,
  name: string,
  { signal }: CallOptions = {},
): Promise<StoredManifest | undefined> {
  const operation = "read manifest";
  const occasion = { operation, registry: host.registry };
  const answer = await host.call({
    operation,
    method: "GET",
    path: `${repository.path}/manifests/${name}`,
    scopes: [pullScope(repository)],
    headers: ACCEPT,
    expected: [200, 404],
    signal,
  });
  if (answer.status === 404) return undefined;
  const { body: bytes, headers } = answer;
  const stated = headers["docker-content-digest"];
  // By tag the registry's own statement is compared, where there is one: bytes were not changed on the way.
  const expected = isDigest(name)
    ? name
    : typeof stated === "string" && isDigest(stated)
      ? stated
      : undefined;
  if (expected !== undefined && !matches(bytes, expected)) {
    throw invalid(occasion, `sent other bytes than those of ${expected}`);
  }
  const type = (headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
  const manifest = parseManifest(bytes, type);
  if ("problem" in manifest) throw invalid(occasion, `answered with a manifest ${manifest.problem}`);
  return { digest: expected ?? digestOf(bytes), mediaType: type, bytes, manifest };
}

/** The digest of a tag, undefined if there is no such tag. */
export async function resolveTag(
  host: Host,
  repository: Repository,
  tag: string,
  options: CallOptions = {},
): Promise<string | undefined> {
  const answer = await host.call({
    operation: "resolve tag",
    method: "HEAD",
    path: `${repository.path}/manifests/${tag}`,
    scopes: [pullScope(repository)],
    headers: ACCEPT,
    expected: [200, 404],
    signal: options.signal,
  });
  if (answer.status === 404) return undefined;
  const stated = answer.headers["docker-content-digest"];
  if (typeof stated === "string" && isDigest(stated)) return stated;
  // The header is optional.
  return (await readManifest(host, repository, tag, options))?.digest;
}

/** Writes under a tag or digest. Resolves to whether the registry keeps referrers of the subject by itself. */
export async function writeManifest(
  host: Host,
  repository: Repository,
  {
    bytes,
    mediaType,
    name,
    signal,
  }: CallOptions & { readonly bytes: Uint8Array; readonly mediaType: string; readonly name: string },
): Promise<{ readonly keepsReferrers: boolean }> {
  const operation = "write manifest";
  const { headers } = await host.call({
    operation,
    method: "PUT",
    path: `${repository.path}/manifests/${name}`,
    scopes: [pushScope(repository)],
    headers: { "content-type": mediaType },
    body: () => bytes,
    expected: [200, 201, 202],
    signal,
  });
  const stated = headers["docker-content-digest"];
  if (typeof stated === "string" && isDigest(stated) && !matches(bytes, stated)) {
    throw invalid({ operation, registry: host.registry }, `has stored other bytes, ${stated}`);
  }
  return { keepsReferrers: headers["oci-subject"] !== undefined };
}

/** With all its tags. */
export async function removeManifest(
  host: Host,
  repository: Repository,
  digest: string,
  { signal }: CallOptions = {},
): Promise<"removed" | "missing"> {
  const { status } = await host.call({
    operation: "remove manifest",
    method: "DELETE",
    path: `${repository.path}/manifests/${digest}`,
    scopes: [deleteScope(repository)],
    expected: [200, 202, 404],
    signal,
  });
  return status === 404 ? "missing" : "removed";
}
