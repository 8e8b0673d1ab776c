// Removes the images that tests made, by the repository that their tags are in.
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "./engine-api.ts";

/** All images below `repository`, tags in `keep` ("name:tag") excepted. */
export async function removeImagesOf(
  endpoint: Pick<Endpoint, "host" | "tls">,
  repository: string,
  keep: readonly string[] = [],
): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ reference: [`${repository}/*`] }));
  const { body } = await callEngine(endpoint, "GET", `/images/json?filters=${filters}`);
  const tags = (body as readonly { readonly RepoTags: readonly string[] }[]).flatMap(
    (image) => image.RepoTags,
  );
  for (const tag of tags) {
    if (!keep.includes(tag)) await callEngine(endpoint, "DELETE", `/images/${tag}?force=1`);
  }
}
