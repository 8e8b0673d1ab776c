// The tags of a repository, page by page.
import type { CallOptions } from "@sti/core";
import type { Host } from "../transport/host.ts";
import { asObject, asTexts } from "../transport/json-fields.ts";
import { invalid } from "../transport/map-registry-error.ts";
import { pullScope, type Repository } from "./repository.ts";

const PAGE = 1000;

/** Each tag once, sorted; none if there is no such repository. */
export async function listTags(
  host: Host,
  repository: Repository,
  { signal }: CallOptions = {},
): Promise<readonly string[]> {
  const operation = "list tags";
  const tags = new Set<string>();
  let path: string | URL = `${repository.path}/tags/list?n=${PAGE}`;
  const seen = new Set<string>();
  for (;;) {
    const answer = await host.call({
      operation,
      method: "GET",
      path,
      scopes: [pullScope(repository)],
      expected: [200, 404],
      signal,
    });
    if (answer.status === 404) return [];
    for (const tag of readTags(answer.body)) tags.add(tag);
    const next = nextPage(answer.headers.link, answer.url);
    if (next === undefined) return [...tags].sort();
    if (seen.has(next.href))
      throw invalid({ operation, registry: host.registry }, "lists its tags in a circle");
    seen.add(next.href);
    path = next;
  }

  function readTags(body: Buffer): readonly string[] {
    try {
      return asTexts(asObject(JSON.parse(body.toString())).tags);
    } catch {
      throw invalid({ operation, registry: host.registry }, "answered with tags that are not JSON");
    }
  }
}

/** Of the header `Link`: <ADDRESS>; rel="next". Undefined on the last page. */
export function nextPage(header: string | readonly string[] | undefined, from: URL): URL | undefined {
  const [, address] = /<([^>]*)>\s*;[^,]*\brel="?next"?/i.exec([header ?? []].flat().join(", ")) ?? [];
  return address !== undefined && URL.canParse(address, from.href) ? new URL(address, from) : undefined;
}
