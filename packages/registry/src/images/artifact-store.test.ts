import { expect, test } from "vitest";
import { digestOf, OCI_MANIFEST } from "../../test/make-image.ts";
import { type Asked, type Reply, startScripted } from "../../test/scripted-registry.ts";
import { testClient } from "../../test/test-client.ts";
import { createArtifactStore } from "./artifact-store.ts";

const HOUR = 3_600_000;
const tag = (letter: string) => `sti-log-${letter.repeat(64)}`;
const file = (text: string) => ({
  digest: digestOf(text),
  size: text.length,
  mediaType: "text/plain",
  open: async function* () {
    yield Buffer.from(text);
  },
});

test("files are listed with the times of their adding, and removed unless they were added again", async () => {
  const { manifests, registry } = await start();
  const client = await testClient();
  let now = 100 * HOUR;
  const store = createArtifactStore({ client, repository: `${registry}/app`, now: () => now });
  await store.add(tag("a"), file("one"));
  await store.add(tag("b"), file("two"));
  manifests.set("latest", manifests.get(tag("a")) ?? "");
  const listed = await store.list();
  expect(listed).toMatchObject([
    { tag: tag("a"), digest: digestOf("one"), size: 3, added: now },
    { tag: tag("b"), digest: digestOf("two"), size: 3, added: now },
  ]);
  const [one, two] = listed;
  if (one === undefined || two === undefined) throw new Error("nothing is listed");
  now += HOUR;
  await store.add(tag("a"), file("one"));
  expect(await store.remove(one)).toBe(false);
  expect(await store.remove(two)).toBe(true);
  expect(await store.remove(two)).toBe(false);
  expect(await store.list()).toMatchObject([{ tag: tag("a"), added: now }]);
});

/** Keeps manifests by their tags, and removes them by their digests. */
async function start() {
  const manifests = new Map<string, string>();
  const blobs = new Set<string>();
  const answer = ({ body, method, path }: Asked): Reply | undefined => {
    const url = new URL(path, "http://registry");
    const name = url.pathname.split("/").at(-1) ?? "";
    if (method === "POST") return { status: 202, headers: { location: "/uploads/1" } };
    if (method === "PUT" && url.pathname === "/uploads/1") {
      blobs.add(url.searchParams.get("digest") ?? "");
      return { status: 201 };
    }
    if (url.pathname.endsWith("/tags/list")) return { body: JSON.stringify({ tags: [...manifests.keys()] }) };
    if (url.pathname.includes("/blobs/")) return { status: blobs.has(name) ? 200 : 404 };
    if (method === "PUT") {
      manifests.set(name, body);
      return { status: 201 };
    }
    if (method === "DELETE") {
      const tags = [...manifests].filter(([, text]) => digestOf(text) === name);
      for (const [one] of tags) manifests.delete(one);
      return { status: tags.length === 0 ? 404 : 202 };
    }
    const text = manifests.get(name);
    return text === undefined ? { status: 404 } : { body: text, headers: { "content-type": OCI_MANIFEST } };
  };
  const { address } = await startScripted(answer);
  return { manifests, registry: address };
}
