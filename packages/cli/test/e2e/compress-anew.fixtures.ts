// The images of a repository as another engine would have pushed them: the same files, in layers of other digests.
import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gunzip, gzip } from "node:zlib";
import { expect } from "vitest";

const MANIFESTS =
  "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";

interface Manifest {
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
}

/** `repository`: its address, "http://HOST:PORT/v2/NAME". Resolves to the number of images. */
export async function compressAnew(repository: string): Promise<number> {
  const { tags } = (await (await call(`${repository}/tags/list`)).json()) as { tags: readonly string[] };
  // The others are indexes of what is attached to an image.
  const images = tags.filter((tag) => !tag.startsWith("sha256-"));
  for (const tag of images) {
    const answer = await call(`${repository}/manifests/${tag}`, { headers: { accept: MANIFESTS } });
    const type = answer.headers.get("content-type") ?? "";
    const manifest = (await answer.json()) as Manifest;
    const layers = [];
    for (const layer of manifest.layers) {
      const bytes = Buffer.from(await (await call(`${repository}/blobs/${layer.digest}`)).arrayBuffer());
      expect(layer.mediaType).toMatch(/gzip$/);
      const other = await promisify(gzip)(await promisify(gunzip)(bytes), { level: 1 });
      layers.push({ ...layer, digest: await write(repository, other), size: other.length });
    }
    await call(`${repository}/manifests/${tag}`, {
      method: "PUT",
      headers: { "content-type": type },
      body: JSON.stringify({ ...manifest, layers }),
    });
  }
  return images.length;
}

async function write(repository: string, bytes: Buffer): Promise<string> {
  const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
  const begun = await call(`${repository}/blobs/uploads/`, { method: "POST" });
  const place = new URL(begun.headers.get("location") ?? "", repository);
  place.searchParams.set("digest", digest);
  await call(place.href, { method: "PUT", body: new Uint8Array(bytes) });
  return digest;
}

async function call(url: string, init: RequestInit = {}): Promise<Response> {
  const answer = await fetch(url, init);
  if (!answer.ok) throw new Error(`${init.method ?? "GET"} ${url}: ${answer.status} ${await answer.text()}`);
  return answer;
}
