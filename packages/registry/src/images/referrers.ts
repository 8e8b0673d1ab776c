// Attaches documents to an image: as referrers by the OCI distribution specification 1.1, or in the index under the tag
// sha256-DIGEST where a registry does not keep them by itself.
import { type Attachment, type AttachOptions, type CallOptions, RegistryError } from "@sti/core";
import type { Host } from "../transport/host.ts";
import { invalid } from "../transport/map-registry-error.ts";
import { MACHINE_CLOCK } from "../transport/registry-options.ts";
import { hasBlob, writeBlob } from "./blobs.ts";
import { digestOf } from "./digest.ts";
import { readManifest, type StoredManifest, writeManifest } from "./manifests.ts";
import { type Descriptor, OCI_INDEX, OCI_MANIFEST } from "./parse-manifest.ts";
import { LARGEST_DOCUMENT, referrersTag } from "./read-referrers.ts";
import type { Repository } from "./repository.ts";

const EMPTY = Buffer.from("{}");
/** The config of a manifest that is no image. */
export const EMPTY_BLOB = {
  mediaType: "application/vnd.oci.empty.v1+json",
  digest: digestOf(EMPTY),
  size: EMPTY.length,
  bytes: EMPTY,
} as const;
/** Attempts to write the index of the tag, which other writers write, too. */
const ATTEMPTS = 5;
/** Milliseconds before the index is read for the last time. */
const SHORTEST_REST = 50;
const LONGEST_REST = 2000;
const NEVER = new AbortController().signal;

/** The image that something is attached to. */
export type Subject = Pick<StoredManifest, "digest" | "mediaType"> & { readonly size: number };

/** The same for an image that is known by its digest. */
export async function attachTo(
  host: Host,
  repository: Repository,
  { attachment, digest }: { readonly attachment: Attachment; readonly digest: string },
  options: AttachOptions = {},
): Promise<void> {
  const found = await readManifest(host, repository, digest, options);
  if (found === undefined) {
    const { registry } = host;
    const message = `${registry} has no ${digest} any more`;
    throw new RegistryError({ operation: "attach document", registry, reason: "not-found", message });
  }
  const subject = { digest, mediaType: found.mediaType, size: found.bytes.length };
  await attach(host, repository, subject, attachment, options);
}

export async function attach(
  host: Host,
  repository: Repository,
  subject: Subject,
  attachment: Attachment,
  { mayBeLost = false, ...options }: AttachOptions = {},
): Promise<void> {
  const { annotations, artifactType, mediaType } = attachment;
  const content = Buffer.from(attachment.bytes);
  if (content.length > LARGEST_DOCUMENT)
    throw new Error(`a document of ${content.length} bytes is too large to be attached`);
  const blobs = [
    EMPTY_BLOB,
    { mediaType, digest: digestOf(content), size: content.length, bytes: content },
  ] as const;
  await Promise.all(blobs.map((blob) => bringBlob(host, repository, blob, options)));
  const [config, layer] = blobs.map(({ digest, mediaType: type, size }) => ({
    mediaType: type,
    digest,
    size,
  }));
  const { digest, mediaType: subjectType, size } = subject;
  const bytes = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      artifactType,
      config,
      layers: [layer],
      subject: { mediaType: subjectType, digest, size },
      ...(annotations === undefined ? {} : { annotations }),
    }),
  );
  const written = { mediaType: OCI_MANIFEST, digest: digestOf(bytes), size: bytes.length };
  const { keepsReferrers } = await writeManifest(host, repository, {
    bytes,
    mediaType: OCI_MANIFEST,
    name: written.digest,
    ...options,
  });
  if (!keepsReferrers) {
    const entry = { ...written, artifactType, annotations: annotations ?? {} };
    await enterIndex(host, repository, subject.digest, { ...entry, ...options, mayBeLost });
  }
}

/** Blobs on their way, by host and place. */
const brought = new WeakMap<Host, Map<string, Promise<void>>>();

/**
 * All documents have one config. Some registries do not know a blob for a moment while it is written again, and refuse
 * manifests that refer to it: so it is written once, and only where it is missing.
 */
export async function bringBlob(
  host: Host,
  repository: Repository,
  blob: { readonly digest: string; readonly size: number; readonly bytes: Uint8Array },
  options: CallOptions,
): Promise<void> {
  const ofHost = brought.get(host) ?? new Map<string, Promise<void>>();
  brought.set(host, ofHost);
  const place = `${repository.path} ${blob.digest}`;
  const earlier = ofHost.get(place);
  const bringing = (async () => {
    // Its failure is reported by its own document, and may be due to that one's signal.
    await earlier?.catch(() => {});
    if (await hasBlob(host, repository, blob.digest, options)) return;
    await writeBlob(host, repository, blob, { ...options, open: async () => blob.bytes });
  })();
  ofHost.set(place, bringing);
  try {
    await bringing;
  } finally {
    if (ofHost.get(place) === bringing) ofHost.delete(place);
  }
}

/**
 * Reads the index again after writing it, and once more after a rest: another writer that read it before this entry was in it
 * writes it without. Such a writer is done after about the time of a reading and a writing. An entry that may be lost is written
 * once; one of another writer that it displaces is written again by that one.
 */
async function enterIndex(
  host: Host,
  repository: Repository,
  subject: string,
  { mayBeLost, signal, ...entry }: AttachOptions & Omit<Descriptor, "isForeign" | "platform">,
): Promise<void> {
  const name = referrersTag(subject);
  let [writes, cycle, hasRested] = [0, 0, false];
  for (;;) {
    const started = performance.now();
    const found = await readManifest(host, repository, name, { signal });
    const known = found?.manifest.kind === "index" ? found.manifest.manifests : [];
    if (known.some(({ digest }) => digest === entry.digest)) {
      if (hasRested || writes === 0) return;
      await MACHINE_CLOCK.pause(restAfter(cycle), signal ?? NEVER);
      hasRested = true;
      continue;
    }
    if (writes === ATTEMPTS) {
      const occasion = { operation: "attach document", registry: host.registry };
      throw invalid(occasion, `does not keep the index ${name}`);
    }
    const rows = [...known, entry].map(({ annotations, artifactType, digest, mediaType, size }) => ({
      mediaType,
      digest,
      size,
      artifactType,
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    }));
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: rows }));
    await writeManifest(host, repository, { bytes, mediaType: OCI_INDEX, name, signal });
    if (mayBeLost) return;
    [writes, cycle, hasRested] = [writes + 1, performance.now() - started, false];
  }
}

/** Milliseconds; varied, so that two writers do not go on in step. */
function restAfter(cycle: number): number {
  return Math.min(Math.max(SHORTEST_REST, 2 * cycle), LONGEST_REST) * (1 + Math.random());
}
