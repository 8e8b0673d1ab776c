// Removes the images that tests made, by the repository that their tags are in.
import type { Endpoint } from "@sti/engine-docker/endpoint";
import { callEngine } from "./engine-api.ts";

/** All images below `repository`, tags in `keep` ("name:tag") excepted. */
export async function removeImagesOf(
  endpoint: Pick<Endpoint, "host" | "tls">,
  repository: string,
  keep: readonly string[] = [],
): Promise<void> {
  for (const tag of await listTags(endpoint, `${repository}/*`)) {
    if (!keep.includes(tag)) await callEngine(endpoint, "DELETE", `/images/${tag}?force=1`);
  }
}

/** All names of images that begin with one of `starts`, those by digest among them. */
export async function removeNames(
  endpoint: Pick<Endpoint, "host" | "tls">,
  starts: readonly string[],
): Promise<void> {
  const { body } = await callEngine(endpoint, "GET", "/images/json");
  const images = body as readonly Readonly<Record<"RepoTags" | "RepoDigests", readonly string[] | null>>[];
  const names = images.flatMap(({ RepoDigests, RepoTags }) => [...(RepoTags ?? []), ...(RepoDigests ?? [])]);
  const own = names.filter((name) => starts.some((start) => name.startsWith(start)));
  for (const name of own) await callEngine(endpoint, "DELETE", `/images/${name}?force=1`);
}

/** The tags of all dependency layers in the engine. */
export async function listLayers(endpoint: Pick<Endpoint, "host" | "tls">): Promise<readonly string[]> {
  return await listTags(endpoint, "sti-dependencies");
}

export async function removeLayers(endpoint: Pick<Endpoint, "host" | "tls">): Promise<void> {
  for (const tag of await listLayers(endpoint)) {
    await callEngine(endpoint, "DELETE", `/images/${tag}?force=1`);
  }
}

async function listTags(
  endpoint: Pick<Endpoint, "host" | "tls">,
  reference: string,
): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ reference: [reference] }));
  const { body } = await callEngine(endpoint, "GET", `/images/json?filters=${filters}`);
  return (body as readonly { readonly RepoTags: readonly string[] }[]).flatMap((image) => image.RepoTags);
}
