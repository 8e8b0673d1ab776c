// Documents that are attached to an image: its referrers by the OCI distribution specification 1.1, or the entries of the index
// under the tag sha256-DIGEST where a registry does not keep them by itself.
import { type Attachment, type CallOptions, INLINE_ANNOTATION, type ReadAttachedOptions } from "@sti/core";
import type { Host } from "../transport/host.ts";
import { invalid } from "../transport/map-registry-error.ts";
import { readBlob } from "./blobs.ts";
import { readManifest } from "./manifests.ts";
import { type Descriptor, OCI_INDEX, parseManifest } from "./parse-manifest.ts";
import { pullScope, type Repository } from "./repository.ts";
import { nextPage } from "./tags.ts";

/** Bytes of an attached document: a bill of materials of 50,000 packages is smaller. */
export const LARGEST_DOCUMENT = 32 * 1024 ** 2;
/** Documents of a kind that are read. */
const MOST_DOCUMENTS = 50;

/** The tag of the specification: "sha256-…". */
export function referrersTag(digest: string): string {
  return digest.replace(":", "-").slice(0, 128);
}

/** Whether a tag is one of an index of referrers: it is no name of an image. */
export function isReferrersTag(tag: string): boolean {
  return /^sha(?:256-[0-9a-f]{64}|512-[0-9a-f]{121})$/.test(tag);
}

interface Referrers {
  readonly entries: readonly Descriptor[];
  /** Digest of the index, if it is one under a tag. */
  readonly tagged: string | undefined;
}

/** Registries by host that had an index under a tag: they are asked for the tag first. */
const withoutFunction = new WeakSet<Host>();

/** Everything that is attached to an image, as the registry lists it. */
export async function listReferrers(
  host: Host,
  repository: Repository,
  subject: string,
  options: CallOptions = {},
): Promise<Referrers> {
  const isTagFirst = withoutFunction.has(host);
  const tagged = isTagFirst ? await readTagged(host, repository, subject, options) : undefined;
  if (tagged !== undefined) return tagged;
  const listed = await askForReferrers(host, repository, subject, options);
  if (listed !== undefined) return { entries: listed, tagged: undefined };
  const found = isTagFirst ? undefined : await readTagged(host, repository, subject, options);
  if (found !== undefined) withoutFunction.add(host);
  return found ?? { entries: [], tagged: undefined };
}

async function readTagged(
  host: Host,
  repository: Repository,
  subject: string,
  { signal }: CallOptions,
): Promise<Referrers | undefined> {
  const found = await readManifest(host, repository, referrersTag(subject), { signal });
  if (found?.manifest.kind !== "index") return undefined;
  return { entries: found.manifest.manifests, tagged: found.digest };
}

/** Undefined where the registry has no such function. */
async function askForReferrers(
  host: Host,
  repository: Repository,
  subject: string,
  { signal }: CallOptions,
): Promise<readonly Descriptor[] | undefined> {
  const operation = "list referrers";
  const entries: Descriptor[] = [];
  let path: string | URL | undefined = `${repository.path}/referrers/${subject}`;
  while (path !== undefined) {
    const answer = await host.call({
      operation,
      method: "GET",
      path,
      scopes: [pullScope(repository)],
      headers: { accept: OCI_INDEX },
      // Registries without the function do not know the path, or take it for something else.
      expected: [200, 400, 404, 405],
      signal,
    });
    const type = (answer.headers["content-type"] ?? "").split(";")[0]?.trim() ?? "";
    if (answer.status !== 200 || type !== OCI_INDEX) return undefined;
    const page = parseManifest(answer.body, type);
    if ("problem" in page || page.kind !== "index") {
      throw invalid({ operation, registry: host.registry }, "answered with referrers that cannot be read");
    }
    entries.push(...page.manifests);
    path = entries.length > MOST ? undefined : nextPage(answer.headers.link, answer.url);
  }
  return entries;
}

/** More than these are not read. */
const MOST = 1000;

/** The documents of a kind. An entry that is gone, or is attached to something else, is none. */
export async function readAttached(
  host: Host,
  repository: Repository,
  subject: string,
  { artifactType, inline = false, limit, signal }: ReadAttachedOptions,
): Promise<readonly Attachment[]> {
  const { entries } = await listReferrers(host, repository, subject, { signal });
  const fitting = entries.filter((entry) => entry.artifactType === artifactType);
  if (fitting.length > MOST_DOCUMENTS) {
    const occasion = { operation: "read documents", registry: host.registry };
    throw invalid(occasion, `has ${fitting.length} documents of the kind ${artifactType} for ${subject}`);
  }
  const read = fitting.map(async ({ annotations: listed, digest }): Promise<Attachment | undefined> => {
    const text = inline ? listed[INLINE_ANNOTATION] : undefined;
    if (text !== undefined && text.length <= limit)
      return { artifactType, mediaType: "", bytes: Buffer.from(text), annotations: listed };
    const found = await readManifest(host, repository, digest, { signal });
    if (found?.manifest.kind !== "image" || found.manifest.subject?.digest !== subject) return undefined;
    const { annotations, artifactType: kind, layers } = found.manifest;
    const [layer] = layers;
    if (kind !== artifactType || layer === undefined) return undefined;
    const bytes = await readBlob(host, repository, layer, {
      limit: Math.min(limit, LARGEST_DOCUMENT),
      signal,
    });
    return bytes === undefined ? undefined : { artifactType, mediaType: layer.mediaType, bytes, annotations };
  });
  return (await Promise.all(read)).filter((one) => one !== undefined);
}
