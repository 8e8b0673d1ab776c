import { INLINE_ANNOTATION } from "@sti/core";
import { expect, test } from "vitest";
import { digestOf, makeImage, OCI_INDEX, OCI_MANIFEST } from "../../test/make-image.ts";
import { type Asked, type Reply, startScripted } from "../../test/scripted-registry.ts";
import { errorOf, testClient } from "../../test/test-client.ts";
import { listReferrers, readAttached } from "./read-referrers.ts";
import { attach } from "./referrers.ts";

const image = makeImage();
const subject = { digest: image.digest, mediaType: image.mediaType, size: image.manifest.length };
const KIND = "application/vnd.test.origin";
const document = (text: string) => ({
  artifactType: KIND,
  mediaType: "text/plain",
  bytes: Buffer.from(text),
  annotations: { by: "test" },
});

test("a registry that keeps referrers by itself is asked for them, page by page, and gets no tag", async () => {
  const { keeper, place } = await start({ keepsReferrers: true, pageSize: 1 });
  for (const text of ["1", "2", "3"]) await attach(keeper, place, subject, document(text));
  expect(await readAttached(keeper, place, image.digest, { artifactType: KIND, limit: 100 })).toEqual(
    ["1", "2", "3"].map(document),
  );
  expect((await listReferrers(keeper, place, image.digest)).tagged).toBeUndefined();
});

test("another registry gets an index under a tag, in which entries of others stay", async () => {
  const { keeper, manifests, place } = await start({ keepsReferrers: false });
  const tag = image.digest.replace(":", "-");
  const foreign = { mediaType: OCI_MANIFEST, digest: digestOf("x"), size: 1, annotations: { a: "b" } };
  manifests.set(tag, JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [foreign] }));
  await attach(keeper, place, subject, document("1"));
  await attach(keeper, place, subject, document("1"));
  const { manifests: entries } = JSON.parse(manifests.get(tag) ?? "");
  expect(entries).toHaveLength(2);
  expect(entries[0]).toMatchObject(foreign);
  expect(entries[1]).toMatchObject({ artifactType: KIND, mediaType: OCI_MANIFEST });
  expect(await readAttached(keeper, place, image.digest, { artifactType: KIND, limit: 100 })).toEqual([
    document("1"),
  ]);
});

test("an index that another writer replaces is written again, and not for ever", async () => {
  const tag = image.digest.replace(":", "-");
  const { keeper, manifests, place, registry } = await start({ keepsReferrers: false, losesTags: 2 });
  await attach(keeper, place, subject, document("1"));
  expect(manifests.has(tag)).toBe(true);
  expect(registry.calls().filter((call) => call === `PUT /v2/app/manifests/${tag}`)).toHaveLength(3);
  const forgetful = await start({ keepsReferrers: false, losesTags: 99 });
  const attaching = attach(forgetful.keeper, forgetful.place, subject, document("1"));
  expect(await errorOf(attaching)).toMatchObject({ reason: "invalid" });
});

test("of two first documents at the same time, both are in the index", async () => {
  const { keeper, place, registry } = await start({ keepsReferrers: false, readersMeet: true });
  const other = (await testClient()).host(registry.address);
  await Promise.all([
    attach(keeper, place, subject, document("1")),
    attach(other, place, subject, document("2")),
  ]);
  const attached = await readAttached(keeper, place, image.digest, { artifactType: KIND, limit: 100 });
  expect(attached.map(({ bytes }) => Buffer.from(bytes).toString()).sort()).toEqual(["1", "2"]);
});

test("an entry that may be lost takes one reading and one writing of the index", async () => {
  const { keeper, manifests, place, registry } = await start({ keepsReferrers: false });
  const tag = image.digest.replace(":", "-");
  await attach(keeper, place, subject, document("1"), { mayBeLost: true });
  const ofIndex = registry.calls().filter((call) => call.endsWith(`/manifests/${tag}`));
  expect(ofIndex).toEqual([`GET /v2/app/manifests/${tag}`, `PUT /v2/app/manifests/${tag}`]);
  // That of a writer that waits for others stays.
  await attach(keeper, place, subject, document("2"));
  await attach(keeper, place, subject, document("3"), { mayBeLost: true });
  expect(JSON.parse(manifests.get(tag) ?? "").manifests).toHaveLength(3);
});

test("the config that all documents have is written once, however many are attached at the same time", async () => {
  const { keeper, place, registry } = await start({ keepsReferrers: true });
  const texts = ["1", "2", "3", "4"];
  await Promise.all(texts.map((text) => attach(keeper, place, subject, document(text))));
  const uploads = registry.calls().filter((call) => call.startsWith("POST /v2/app/blobs/uploads/"));
  expect(uploads).toHaveLength(1 + texts.length);
  await attach(keeper, place, subject, document("1"));
  expect(registry.calls().filter((call) => call.startsWith("POST "))).toHaveLength(1 + texts.length);
});

test("a document that is attached to another image is none of this one", async () => {
  const { keeper, place } = await start({ keepsReferrers: true, listsAll: true });
  await attach(keeper, place, { ...subject, digest: digestOf("another") }, document("1"));
  expect(await readAttached(keeper, place, image.digest, { artifactType: KIND, limit: 100 })).toEqual([]);
});

test.each([
  // Asked for the function, which it lacks, then for the tag.
  [false, ["GET /v2/app/referrers/", "GET /v2/app/manifests/"]],
  [true, ["GET /v2/app/referrers/"]],
])(
  "a document that its list repeats takes one request once the registry is known (referrers: %s)",
  async (keepsReferrers, first) => {
    const { keeper, place, registry } = await start({ keepsReferrers });
    const annotations = { [INLINE_ANNOTATION]: "1" };
    await attach(keeper, place, subject, { ...document("1"), annotations });
    const options = { artifactType: KIND, limit: 100 };
    const requestsOf = async (more: object) => {
      const before = registry.calls().length;
      const attached = await readAttached(keeper, place, image.digest, { ...options, ...more });
      const calls = registry.calls().slice(before);
      const paths = calls.map((call) => call.replace(/sha256[:-][0-9a-f]{64}$/, ""));
      return { texts: attached.map(({ bytes }) => Buffer.from(bytes).toString()), paths };
    };
    expect(await requestsOf({ inline: true })).toEqual({ texts: ["1"], paths: first });
    expect(await requestsOf({ inline: true })).toEqual({ texts: ["1"], paths: first.slice(-1) });
    expect((await requestsOf({})).paths).toHaveLength(3);
  },
);

/**
 * A registry in memory. `losesTags`: so many written tags are lost at first. `readersMeet`: the first two readers of a tag get
 * their answers at once, and the second one writes after the first one has read what it wrote. `listsAll`: for any image.
 */
async function start(options: {
  readonly keepsReferrers: boolean;
  readonly pageSize?: number;
  readonly losesTags?: number;
  readonly readersMeet?: boolean;
  readonly listsAll?: boolean;
}) {
  const { keepsReferrers, listsAll = false, losesTags = 0, pageSize = 10, readersMeet = false } = options;
  const [met, seen] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let [readers, writers] = [0, 0];
  const manifests = new Map<string, string>();
  const blobs = new Map<string, string>();
  let lost = 0;
  const referrers = (digest: string, from: number): Reply => {
    const all = [...manifests].flatMap(([name, text]) => {
      const { annotations, artifactType, subject: of } = JSON.parse(text);
      if (of === undefined || (of.digest !== digest && !listsAll)) return [];
      return [{ mediaType: OCI_MANIFEST, digest: name, size: text.length, artifactType, annotations }];
    });
    const next = `</v2/app/referrers/${digest}?from=${from + pageSize}>; rel="next"`;
    return {
      body: JSON.stringify({
        schemaVersion: 2,
        mediaType: OCI_INDEX,
        manifests: all.slice(from, from + pageSize),
      }),
      headers: { "content-type": OCI_INDEX, ...(from + pageSize < all.length ? { link: next } : {}) },
    };
  };
  const answer = ({ body, method, path }: Asked): Reply | undefined => {
    const url = new URL(path, "http://registry");
    const name = url.pathname.split("/").at(-1) ?? "";
    if (method === "POST") return { status: 202, headers: { location: "/uploads/1" } };
    if (method === "PUT" && url.pathname === "/uploads/1") {
      blobs.set(url.searchParams.get("digest") ?? "", body);
      return { status: 201 };
    }
    if (method === "PUT") {
      if (readersMeet && /^sha256-/.test(name) && ++writers === 2) {
        void seen.promise.then(() => manifests.set(name, body));
        return { status: 201, after: seen.promise };
      }
      const isLost = !name.startsWith("sha256:") && lost++ < losesTags;
      if (!isLost) manifests.set(name, body);
      return { status: 201, headers: keepsReferrers ? { "oci-subject": image.digest } : {} };
    }
    if (keepsReferrers && url.pathname.includes("/referrers/")) {
      return referrers(name, Number(url.searchParams.get("from") ?? 0));
    }
    if (readersMeet && /^sha256-/.test(name) && ++readers <= 2) {
      if (readers === 2) met.resolve();
      return { status: 404, after: met.promise };
    }
    if (readers > 2) seen.resolve();
    const manifest = url.pathname.includes("/manifests/") ? manifests.get(name) : undefined;
    if (manifest === undefined) return blobs.has(name) ? { body: blobs.get(name) ?? "" } : undefined;
    return { body: manifest, headers: { "content-type": JSON.parse(manifest).mediaType } };
  };
  const registry = await startScripted(answer);
  const client = await testClient();
  const place = { registry: registry.address, path: "app" };
  return { keeper: client.host(registry.address), manifests, place, registry };
}
