// What a benchmark leaves in the engine is removed again: its tags, and images that lost theirs meanwhile.
import { callEngine } from "@sti/testing/engine-api";
import { removeImagesOf } from "@sti/testing/remove-images";

/** Removes all images below `repository`, and the untagged ones that came meanwhile, however `work` ends. */
export async function withImages<T>(host: string, repository: string, work: () => Promise<T>): Promise<T> {
  const before = await listUntagged(host);
  try {
    return await work();
  } finally {
    await removeImagesOf({ host }, repository);
    for (const id of await listUntagged(host)) {
      if (!before.includes(id)) await callEngine({ host }, "DELETE", `/images/${id}?force=1`);
    }
  }
}

async function listUntagged(host: string): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ dangling: ["true"] }));
  const { body } = await callEngine({ host }, "GET", `/images/json?filters=${filters}`);
  return (body as readonly { readonly Id: string }[]).map(({ Id }) => Id);
}
