// A store for tests of its faults: a proxy before its registry, for sti and the engine alike, and access to its content.
import { createHash } from "node:crypto";
import { type FaultProxy, startFaultProxy } from "@sti/testing/fault-proxy";
import type { FaultRule } from "@sti/testing/fault-rules";
import type { Registry } from "@sti/testing/registry";
import { plainRegistryHost } from "@sti/testing/registry-place";
import { onTestFinished } from "vitest";

/** A refusal in the words of registries. */
export function refused(request: RegExp, status: number, code: string, message: string): FaultRule {
  const body = JSON.stringify({ errors: [{ code, message }] });
  return { request, fault: { kind: "replace", status, body } };
}

/** A proxy to the registry that applies `rules`. Closed when the test ends. */
export async function proxyToRegistry(
  { address }: Registry,
  rules: readonly FaultRule[],
): Promise<FaultProxy> {
  const [host = "", port] = address.split(":");
  const proxy = await startFaultProxy({
    target: { host, port: Number(port) },
    socket: { host: plainRegistryHost(), port: 0 },
  });
  onTestFinished(() => proxy.close());
  for (const rule of rules) proxy.inject(rule);
  return proxy;
}

export interface StoredManifest {
  readonly bytes: Buffer;
  readonly type: string;
  readonly json: {
    readonly config: { readonly digest: string; readonly size: number };
    readonly layers: readonly { readonly digest: string }[];
  };
}

const TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
export const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";

/** A repository of the registry, as somebody with write access sees it. */
export function repositoryOf({ address }: Registry, path: string) {
  const base = `http://${address}/v2/${path}`;
  const succeed = async (answer: Promise<Response>, what: string) => {
    const { ok, status } = await answer;
    if (!ok) throw new Error(`${what}: ${status}`);
    return await answer;
  };
  const put = async (name: string, { bytes, type }: Pick<StoredManifest, "bytes" | "type">) => {
    const request = { method: "PUT", headers: { "content-type": type }, body: new Uint8Array(bytes) };
    await succeed(fetch(`${base}/manifests/${name}`, request), `put ${name}`);
  };
  return {
    put,
    async tags(): Promise<readonly string[]> {
      const answer = await fetch(`${base}/tags/list`);
      return answer.ok ? (((await answer.json()) as { readonly tags: string[] | null }).tags ?? []) : [];
    },
    async read(name: string): Promise<StoredManifest> {
      const answer = await succeed(
        fetch(`${base}/manifests/${name}`, { headers: { accept: TYPES.join(", ") } }),
        `read ${name}`,
      );
      const bytes = Buffer.from(await answer.arrayBuffer());
      const type = answer.headers.get("content-type") ?? "";
      return { bytes, type, json: JSON.parse(bytes.toString()) };
    },
    async readConfig(digest: string): Promise<Record<string, unknown>> {
      const answer = await succeed(fetch(`${base}/blobs/${digest}`), "read config");
      return (await answer.json()) as Record<string, unknown>;
    },
    /** Resolves to the digest. */
    async putBlob(bytes: Buffer): Promise<string> {
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      const begun = await succeed(fetch(`${base}/blobs/uploads/`, { method: "POST" }), "begin upload");
      const url = new URL(begun.headers.get("location") ?? "", base);
      url.searchParams.set("digest", digest);
      const request = { method: "PUT", body: new Uint8Array(bytes) };
      await succeed(fetch(url, request), "put blob");
      return digest;
    },
  };
}

/** What somebody did to the store. */
type Spoil = (
  store: ReturnType<typeof repositoryOf>,
  spoilt: { readonly original: StoredManifest; readonly tag: string; readonly otherTag: string },
) => Promise<void>;

export interface FaultCase {
  readonly rules?: readonly FaultRule[] | ((layer: string) => readonly FaultRule[]);
  readonly spoil?: Spoil;
  /** The first warning; others are about the same. */
  readonly warning: RegExp;
  /** Default: 1. */
  readonly warnings?: number;
  readonly outcomes: Readonly<Record<string, string>>;
}

/** Outcomes of a session that has nothing from its store. */
export const built = { base: "built", api: "built", web: "built" };
const apiBuilt = { base: "restored", api: "built", web: "restored" };

/** By their names: a store that … */
export const CASES: Readonly<Record<string, FaultCase>> = {
  "answers each call after 5 s": {
    rules: [{ request: /\/v2\//, fault: { kind: "delay", milliseconds: 5000 } }],
    warning: /cannot be used, the session goes on as without it: its answers took longer than 10 s/,
    outcomes: built,
  },
  "fails with 500": {
    rules: [refused(/GET .*\/manifests\//, 500, "UNKNOWN", "unknown error")],
    warning: /cannot be used, .*answered 500: unknown: unknown error/,
    outcomes: built,
  },
  "denies reading": {
    rules: [refused(/GET .*\/manifests\//, 403, "DENIED", "access denied")],
    warning: /cannot be used, .*answered 403: denied: access denied/,
    outcomes: built,
  },
  "answers with the page of a portal": {
    rules: [
      {
        request: /GET .*\/manifests\//,
        fault: { kind: "replace", status: 200, body: "<html>", type: "text/html" },
      },
    ],
    warning: /the store .* answered with a manifest /,
    warnings: 2,
    outcomes: built,
  },
  "is moved to another result": {
    spoil: async (store, { otherTag, tag }) => await store.put(tag, await store.read(otherTag)),
    warning: /the store .*: sti-[0-9a-f]{64} has the key [0-9a-f]{64}$/,
    outcomes: apiBuilt,
  },
  "has an index with nothing": {
    spoil: (store, { tag }) =>
      store.put(tag, {
        bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX_TYPE, manifests: [] })),
        type: INDEX_TYPE,
      }),
    warning: /the store .*: sti-[0-9a-f]{64} has no image for linux\//,
    outcomes: apiBuilt,
  },
  "has an image for another platform": {
    spoil: async (store, { original: { json, type }, tag }) => {
      const own = await store.readConfig(json.config.digest);
      const bytes = Buffer.from(JSON.stringify({ ...own, architecture: "s390x" }));
      const digest = await store.putBlob(bytes);
      const manifest = { ...json, config: { ...json.config, digest, size: bytes.length } };
      await store.put(tag, { bytes: Buffer.from(JSON.stringify(manifest)), type });
    },
    warning: /the store .*: sha256:[0-9a-f]{64} is for linux\/s390x$/,
    outcomes: apiBuilt,
  },
};

/** Faults of layers: the engine must not have them. */
export const LAYER_CASES: Readonly<Record<string, FaultCase>> = {
  "gives the engine other bytes of a layer": {
    rules: (layer) => [
      {
        request: new RegExp(`GET .*/blobs/${layer}`),
        fault: { kind: "replace", status: 200, body: "other", type: "application/octet-stream" },
      },
    ],
    warning: /its result cannot be pulled from the store, so it is built/,
    outcomes: apiBuilt,
  },
  "loses a layer": {
    rules: (layer) => [refused(new RegExp(`/blobs/${layer}`), 404, "BLOB_UNKNOWN", "blob unknown")],
    warning: /its result cannot be pulled from the store, so it is built/,
    outcomes: apiBuilt,
  },
};
