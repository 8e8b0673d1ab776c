// Removes a benchmark's leftovers from the engine: its tags, images that lost theirs meanwhile, source caches.
import { SOURCE_VOLUME_PREFIX } from "@sti/core";
import { callEngine } from "@sti/testing/engine-api";
import { removeImagesOf } from "@sti/testing/remove-images";

/** Removes all images below `repository`, and the untagged ones and source caches that came meanwhile, however `work` ends. */
export async function withImages<T>(host: string, repository: string, work: () => Promise<T>): Promise<T> {
  const [images, volumes] = [await listUntagged(host), await listSourceCaches(host)];
  try {
    return await work();
  } finally {
    await removeImagesOf({ host }, repository);
    for (const id of await listUntagged(host)) {
      if (!images.includes(id)) await callEngine({ host }, "DELETE", `/images/${id}?force=1`);
    }
    for (const name of await listSourceCaches(host)) {
      if (!volumes.includes(name)) await callEngine({ host }, "DELETE", `/volumes/${name}`);
    }
  }
}

async function listUntagged(host: string): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ dangling: ["true"] }));
  const { body } = await callEngine({ host }, "GET", `/images/json?filters=${filters}`);
  return (body as readonly { readonly Id: string }[]).map(({ Id }) => Id);
}

async function listSourceCaches(host: string): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ name: [SOURCE_VOLUME_PREFIX] }));
  const { body } = await callEngine({ host }, "GET", `/volumes?filters=${filters}`);
  const { Volumes } = body as { readonly Volumes: readonly { readonly Name: string }[] | null };
  return (Volumes ?? []).map(({ Name }) => Name);
}
