// The client against a real registry: Debian's docker-registry. No engine is asked.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Registry, registryUser, startRegistry } from "@sti/testing/registry";
import { secureRegistryHost } from "@sti/testing/registry-place";
import { IDENTITY_TOKEN, startTokenIssuer } from "@sti/testing/token-issuer";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { DOCKER_MANIFEST, digestOf, LINUX, makeImage } from "../../test/make-image.ts";
import { pushImage, pushIndex } from "../../test/push-image.ts";
import { startScripted } from "../../test/scripted-registry.ts";
import { basicAuth, errorOf, testClient } from "../../test/test-client.ts";
import type { RegistryOptions } from "../transport/registry-options.ts";
import { hasBlob, openBlob, readBlob, writeBlob } from "./blobs.ts";
import { createImageRegistry } from "./image-registry.ts";
import { readManifest, removeManifest, resolveTag } from "./manifests.ts";
import { readAttached } from "./read-referrers.ts";
import { attach } from "./referrers.ts";
import { locate } from "./repository.ts";
import { listTags } from "./tags.ts";

/** A client for one registry, as its user unless `auth` is another one. */
async function clientFor(registry: Registry, options: RegistryOptions & { readonly auth?: object } = {}) {
  const { auth = basicAuth(registryUser.username, registryUser.password), ...settings } = options;
  const insecure = registry.ca === undefined ? [registry.address] : [];
  return await testClient({ insecure, auths: { [registry.address]: auth }, ...settings });
}

async function bytesOf(content: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content ?? []) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe("a registry", () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry({ auth: true });
  });
  afterAll(() => registry.close());
  const place = (path: string) => ({ registry: registry.address, path });

  test.each([undefined, DOCKER_MANIFEST])(
    "gives back an image (%s) by tag and by digest",
    async (mediaType) => {
      const client = await clientFor(registry);
      const image = makeImage(mediaType === undefined ? {} : { mediaType });
      await pushImage(client, `${registry.address}/read/app:1`, image);
      const images = createImageRegistry(client);
      const expected = {
        digest: image.digest,
        configDigest: image.configDigest,
        layers: [image.layerDigest],
      };
      for (const name of [":1", `@${image.digest}`]) {
        const found = await images.readImage(`${registry.address}/read/app${name}`, { platform: LINUX });
        expect(found).toMatchObject({ ...expected, mediaType: image.mediaType });
      }
      const content = await images.readContent(`${registry.address}/read/app:1`, { platform: LINUX });
      const [layer] = content?.layers ?? [];
      expect(digestOf(content?.manifest.bytes ?? "")).toBe(image.digest);
      expect(digestOf(await bytesOf(await layer?.open()))).toBe(image.layerDigest);
      expect(await images.readContent(`${registry.address}/read/app:2`, { platform: LINUX })).toBeUndefined();
      expect(await resolveTag(client.host(registry.address), place("read/app"), "1")).toBe(image.digest);
    },
  );

  test("knows neither other names nor other repositories", async () => {
    const client = await clientFor(registry);
    await pushImage(client, `${registry.address}/known/app:1`, makeImage());
    const images = createImageRegistry(client);
    const host = client.host(registry.address);
    for (const name of ["known/app:2", `known/app@${digestOf("other")}`, "unknown/app:1"]) {
      expect(await images.readImage(`${registry.address}/${name}`, { platform: LINUX })).toBeUndefined();
    }
    expect(await resolveTag(host, place("known/app"), "2")).toBeUndefined();
    expect(
      await readBlob(host, place("known/app"), { digest: digestOf("x"), size: 1 }, { limit: 9 }),
    ).toBeUndefined();
    expect(await openBlob(host, place("known/app"), { digest: digestOf("x"), size: 1 })).toBeUndefined();
    expect(await listTags(host, place("unknown/app"))).toEqual([]);
  });

  test("gives the image of a platform out of an index", async () => {
    const client = await clientFor(registry);
    const [amd64, arm64] = [makeImage(), makeImage({ architecture: "arm64", content: "arm" })];
    const reference = `${registry.address}/index/app:1`;
    const index = await pushIndex(client, reference, [
      { ...amd64, platform: LINUX },
      { ...arm64, platform: { os: "linux", architecture: "arm64", variant: "v8" } },
    ]);
    const images = createImageRegistry(client);
    const read = (architecture: string) =>
      images.readImage(reference, { platform: { os: "linux", architecture } });
    expect(await read("amd64")).toMatchObject({ digest: amd64.digest, referenceDigest: index });
    expect(await read("arm64")).toMatchObject({ digest: arm64.digest, referenceDigest: index });
    const content = (architecture: string) =>
      images.readContent(reference, { platform: { os: "linux", architecture } });
    expect((await content("arm64"))?.manifest.digest).toBe(arm64.digest);
    expect(await content("s390x")).toBeUndefined();
    expect(await read("s390x")).toBeUndefined();
  });

  test("takes blobs as bytes and as streams, and gives them back as streams", async () => {
    const client = await clientFor(registry);
    const host = client.host(registry.address);
    const bytes = Buffer.alloc(3_000_000, "layer ");
    const blob = { digest: digestOf(bytes), size: bytes.length };
    expect(await hasBlob(host, place("blob/one"), blob.digest)).toBe(false);
    await writeBlob(host, place("blob/one"), blob, { open: async () => bytes });
    expect(await hasBlob(host, place("blob/one"), blob.digest)).toBe(true);
    const open = async () => {
      const stream = await openBlob(host, place("blob/one"), blob);
      if (stream === undefined) throw new Error("no blob");
      return stream;
    };
    await writeBlob(host, place("blob/two"), blob, { open });
    const copied = await openBlob(host, place("blob/two"), blob);
    let size = 0;
    for await (const chunk of copied ?? []) size += chunk.length;
    expect(size).toBe(bytes.length);
  });

  test("refuses a blob whose bytes are others than announced", async () => {
    const client = await clientFor(registry);
    const writing = writeBlob(
      client.host(registry.address),
      place("blob/bad"),
      { digest: digestOf("good"), size: 3 },
      {
        open: async () => Buffer.from("bad"),
      },
    );
    expect(await errorOf(writing)).toMatchObject({ status: 400, code: "DIGEST_INVALID", reason: "refused" });
  });

  test.each([
    ["in its repository", "copy/app:2", 0],
    ["in another repository, whose layers are mounted", "elsewhere/app:2", 0],
  ])("gives an image another name %s, and moves no byte", async (_name, to, sent) => {
    const client = await clientFor(registry);
    const image = makeImage({ content: "to be copied" });
    await pushImage(client, `${registry.address}/copy/app:1`, image);
    const images = createImageRegistry(client);
    const from = `${registry.address}/copy/app@${image.digest}`;
    const copied = await images.copyImage(from, `${registry.address}/${to}`);
    expect(copied).toEqual({ digest: image.digest, sent });
    expect(await images.readImage(`${registry.address}/${to}`, { platform: LINUX })).toMatchObject({
      digest: image.digest,
    });
    const located = locate(`${registry.address}/${to}`);
    expect(await hasBlob(client.host(registry.address), located, image.layerDigest)).toBe(true);
  });

  test("gives an index another name with all its images, also in another registry", async () => {
    const other = await startRegistry();
    onTestFinished(other.close);
    const client = await clientFor(registry, { insecure: [registry.address, other.address] });
    const parts = [makeImage(), makeImage({ architecture: "arm64", content: "for arm" })] as const;
    const [amd64, arm64] = parts;
    const from = `${registry.address}/multi/app:1`;
    const digest = await pushIndex(client, from, [
      { ...amd64, platform: LINUX },
      { ...arm64, platform: { os: "linux", architecture: "arm64" } },
    ]);
    const images = createImageRegistry(client);
    const to = `${other.address}/acme/app:1`;
    const first = await images.copyImage(from, to);
    const bytes = parts.reduce((sum, { config, layer }) => sum + config.length + layer.length, 0);
    expect(first).toEqual({ digest, sent: bytes });
    expect(await images.copyImage(from, to)).toEqual({ digest, sent: 0 });
    const platform = { os: "linux", architecture: "arm64" };
    expect(await images.readImage(to, { platform })).toMatchObject({ digest: arm64.digest });
  });

  test("joins images into an index, in place of whatever has the tag, and writes the same one once", async () => {
    const client = await clientFor(registry);
    const parts = [makeImage(), makeImage({ architecture: "arm64", content: "joined" })];
    const images = createImageRegistry(client);
    const read = async (architecture: string) => {
      const image = parts[architecture === "arm64" ? 1 : 0] as (typeof parts)[0];
      const reference = `${registry.address}/parts/app@${image.digest}`;
      await pushImage(client, reference, image);
      const found = await images.readImage(reference, { platform: { os: "linux", architecture } });
      if (found === undefined) throw new Error("no image");
      return found;
    };
    const found = [await read("amd64"), await read("arm64")];
    const to = `${registry.address}/joined/app:1`;
    await pushImage(client, to, makeImage({ content: "a single image" }));
    const first = await images.joinImages(found, to);
    expect(first).toMatchObject({ isNew: true });
    expect(await images.joinImages(found, to)).toEqual({ ...first, isNew: false });
    expect(await images.resolve(to)).toEqual({
      digest: first.digest,
      images: [
        { digest: parts[0]?.digest, platform: "linux/amd64" },
        { digest: parts[1]?.digest, platform: "linux/arm64" },
      ],
    });
    const [one] = found;
    expect(await images.resolve(`${one?.repository}@${one?.digest}`)).toEqual({
      digest: one?.digest,
      images: undefined,
    });
    for (const [index, architecture] of ["amd64", "arm64"].entries()) {
      const image = await images.readImage(to, { platform: { os: "linux", architecture } });
      expect(image).toMatchObject({ digest: parts[index]?.digest, referenceDigest: first.digest });
    }
    const other = await images.joinImages(found.toReversed(), to);
    expect(other).toMatchObject({ isNew: true });
    expect(other.digest).not.toBe(first.digest);
  });

  test("an index is not made of an image that is gone", async () => {
    const client = await clientFor(registry);
    const image = makeImage({ content: "here" });
    await pushImage(client, `${registry.address}/parts/here:1`, image);
    const images = createImageRegistry(client);
    const found = await images.readImage(`${registry.address}/parts/here:1`, { platform: LINUX });
    if (found === undefined) throw new Error("no image");
    const gone = { ...found, digest: digestOf("gone") };
    const to = `${registry.address}/joined/here:1`;
    expect(await errorOf(images.joinImages([found, gone], to))).toMatchObject({ reason: "not-found" });
    expect(await images.resolve(to)).toBeUndefined();
  });

  test("lists its tags", async () => {
    const client = await clientFor(registry);
    const image = makeImage();
    const tags = ["a", "b", "c", "d", "e"];
    for (const tag of tags) await pushImage(client, `${registry.address}/tags/app:${tag}`, image);
    const host = client.host(registry.address);
    expect(await listTags(host, place("tags/app"))).toEqual(tags);
  });

  test("removes a manifest with all its tags", async () => {
    const client = await clientFor(registry);
    const host = client.host(registry.address);
    const image = makeImage({ content: "to be removed" });
    for (const tag of ["1", "2"]) await pushImage(client, `${registry.address}/remove/app:${tag}`, image);
    expect(await removeManifest(host, place("remove/app"), image.digest)).toBe("removed");
    expect(await removeManifest(host, place("remove/app"), image.digest)).toBe("missing");
    expect(await readManifest(host, place("remove/app"), "1")).toBeUndefined();
    expect(await readManifest(host, place("remove/app"), "2")).toBeUndefined();
  });

  test("keeps documents that are attached to an image", async () => {
    const client = await clientFor(registry);
    const host = client.host(registry.address);
    const image = makeImage({ content: "with documents" });
    await pushImage(client, `${registry.address}/attach/app:1`, image);
    const subject = { digest: image.digest, mediaType: image.mediaType, size: image.manifest.length };
    const document = (kind: string, text: string) => ({
      artifactType: `application/vnd.test.${kind}`,
      mediaType: "application/json",
      bytes: Buffer.from(text),
      annotations: { by: "test" },
    });
    const repository = place("attach/app");
    const read = (kind: string) =>
      readAttached(host, repository, image.digest, {
        artifactType: `application/vnd.test.${kind}`,
        limit: 100,
      });
    expect(await read("one")).toEqual([]);
    const documents = [document("one", "1"), document("one", "2"), document("two", "3")];
    for (const one of [...documents, ...documents]) await attach(host, repository, subject, one);
    expect(await read("one")).toEqual(documents.slice(0, 2));
    expect(await read("two")).toEqual(documents.slice(2));
  });

  test("refuses a wrong password, and names the registry when there is none", async () => {
    const reference = `${registry.address}/read/app:1`;
    const read = async (auth: object) => {
      const images = createImageRegistry(await clientFor(registry, { auth }));
      return await errorOf(images.readImage(reference, { platform: LINUX }));
    };
    const wrong = await read(basicAuth(registryUser.username, "wrong-password"));
    expect(wrong).toMatchObject({ reason: "denied", status: 401, code: "UNAUTHORIZED" });
    expect(wrong.message).not.toContain("wrong-password");
    expect((await read({})).message).toContain(`docker's config has no credentials for ${registry.address}`);
  });
});

describe("a registry with an issuer of tokens", () => {
  test.each([
    ["a password", basicAuth(registryUser.username, registryUser.password)],
    ["an identity token", { identitytoken: IDENTITY_TOKEN }],
  ])("takes tokens that it has issued for %s", async (_name, auth) => {
    const issuer = await startTokenIssuer();
    onTestFinished(issuer.close);
    const registry = await startRegistry({ tokens: issuer });
    onTestFinished(registry.close);
    const client = await clientFor(registry, { auth });
    const image = makeImage();
    await pushImage(client, `${registry.address}/acme/store:1`, image);
    const images = createImageRegistry(client);
    const from = `${registry.address}/acme/store@${image.digest}`;
    expect(await images.copyImage(from, `${registry.address}/acme/app:1`)).toEqual({
      digest: image.digest,
      sent: 0,
    });
    const host = client.host(registry.address);
    expect(await removeManifest(host, locate(from), image.digest)).toBe("removed");
    expect([...new Set(issuer.issued)].sort()).toEqual([
      "builder repository:acme/app:pull,push",
      "builder repository:acme/store:delete,pull",
      "builder repository:acme/store:pull",
      "builder repository:acme/store:pull,push",
    ]);
  });

  test("lets anybody read where its issuer does, and nobody write", async () => {
    const issuer = await startTokenIssuer();
    onTestFinished(issuer.close);
    const registry = await startRegistry({ tokens: issuer });
    onTestFinished(registry.close);
    const reference = `${registry.address}/public/app:1`;
    const image = makeImage();
    await pushImage(await clientFor(registry), reference, image);
    const anonymous = await clientFor(registry, { auth: {} });
    const images = createImageRegistry(anonymous);
    expect(await images.readImage(reference, { platform: LINUX })).toMatchObject({ digest: image.digest });
    expect(await errorOf(pushImage(anonymous, reference, image))).toMatchObject({ reason: "denied" });
    const closed = images.readImage(`${registry.address}/closed/app:1`, { platform: LINUX });
    expect(await errorOf(closed)).toMatchObject({ reason: "denied" });
  });

  test("gets another token if it refuses the first one", async () => {
    const issuer = await startTokenIssuer({ spoiled: 1 });
    onTestFinished(issuer.close);
    const registry = await startRegistry({ tokens: issuer });
    onTestFinished(registry.close);
    await pushImage(await clientFor(registry), `${registry.address}/acme/app:1`, makeImage());
    expect(issuer.issued).toEqual(Array(2).fill("builder repository:acme/app:pull,push"));
  });
});

describe("a registry with a certificate of its own CA", () => {
  /** A folder like /etc/docker/certs.d. */
  const certificates = async (registry: Registry, files: Readonly<Record<string, string | undefined>>) => {
    const folder = await mkdtemp(join(tmpdir(), "sti-test-certs-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await mkdir(join(folder, registry.address));
    for (const [name, text = ""] of Object.entries(files))
      await writeFile(join(folder, registry.address, name), text);
    return { certificateFolders: [folder] };
  };
  const read = async (registry: Registry, options: RegistryOptions) => {
    const client = await clientFor(registry, options);
    return await listTags(client.host(registry.address), { registry: registry.address, path: "app" });
  };

  test("is trusted by docker's folder, by SSL_CERT_FILE, or if it may be insecure, and else not", async () => {
    const registry = await startRegistry({ tls: true, auth: true });
    onTestFinished(registry.close);
    const known = await certificates(registry, { "ca.crt": registry.ca });
    expect(await read(registry, known)).toEqual([]);
    expect(await read(registry, { insecure: [registry.address] })).toEqual([]);
    const file = join(known.certificateFolders[0] ?? "", registry.address, "ca.crt");
    expect(await read(registry, { env: { SSL_CERT_FILE: file } })).toEqual([]);
    expect(await errorOf(read(registry, {}))).toMatchObject({ reason: "untrusted" });
    const other = await certificates(registry, {
      "ca.crt": (await startTokenIssuer().then(closed)).certificate,
    });
    expect(await errorOf(read(registry, other))).toMatchObject({ reason: "untrusted" });
  });

  test("that demands one of the client gets that of docker's folder", async () => {
    const registry = await startRegistry({ tls: "both", auth: true });
    onTestFinished(registry.close);
    const { certificate, key } = registry.client ?? { certificate: "", key: "" };
    const files = { "ca.crt": registry.ca, "client.cert": certificate };
    expect(await read(registry, await certificates(registry, { ...files, "client.key": key }))).toEqual([]);
    const keyless = await errorOf(read(registry, await certificates(registry, files)));
    expect(keyless).toMatchObject({
      reason: "untrusted",
      message: expect.stringContaining("has no client.key beside it"),
    });
    const nameless = await errorOf(read(registry, await certificates(registry, { "ca.crt": registry.ca })));
    expect(["untrusted", "unreachable"]).toContain(nameless.reason);
  });

  test("is not spoken to without TLS", async () => {
    const plain = await startScripted(() => undefined, secureRegistryHost());
    const client = await testClient();
    const listing = listTags(client.host(plain.address), { registry: plain.address, path: "app" });
    expect(await errorOf(listing)).toMatchObject({ reason: "untrusted" });
    expect(plain.asked).toEqual([]);
  });
});

async function closed<Value extends { close(): Promise<void> }>(value: Value): Promise<Value> {
  await value.close();
  return value;
}
