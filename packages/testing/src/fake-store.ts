// The ports to registries and to a store of results in memory, over the images that fake engines have pushed.
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type Attachment,
  type ImageRegistry,
  RegistryError,
  type RegistryImage,
  type ResultStore,
  type StoreLookup,
  type StoreName,
  type StoreUse,
} from "@sti/core";
import { emptyConfig, type FakeImage, IMAGE_SIZE, normalize } from "./fake-state.ts";

const REPOSITORY = "registry.test/acme/store";

export interface FakeStore {
  /** What engines push to and pull from. */
  readonly images: FakeImage[];
  /** Reads and writes, and loads everything; fields of `changes` differ. */
  use(changes?: Partial<StoreUse>): StoreUse;
  /** Names of the results in it. */
  names(): readonly string[];
  /** Requests so far, by their names and arguments. */
  readonly asked: string[];
  readonly pointers: ReadonlyMap<string, RegistryImage>;
  /** Documents of images, by their digests. */
  readonly attached: readonly { readonly digest: string; readonly attachment: Attachment }[];
}

/** `onFind`: called before each search; `onAttach`: before a document is attached. Both may throw. */
export function createFakeStore({
  onAttach,
  onFind,
}: {
  readonly onFind?: (() => Promise<void>) | undefined;
  readonly onAttach?: (() => Promise<void>) | undefined;
} = {}): FakeStore {
  const images: FakeImage[] = [];
  const asked: string[] = [];
  const pointers = new Map<string, RegistryImage>();
  const attached: FakeStore["attached"][number][] = [];
  const digestOf = (reference: string) => reference.slice(reference.indexOf("@") + 1);
  const documentsOf = (digest: string, artifactType: string) =>
    attached
      .filter((one) => one.digest === digest && one.attachment.artifactType === artifactType)
      .map(({ attachment }) => attachment);
  const find = (reference: string) => {
    const name = normalize(reference);
    const [, byDigest] = reference.split("@");
    return images.findLast(({ digest, tags }) =>
      byDigest === undefined ? tags.some((tag) => normalize(tag) === name) : digest === byDigest,
    );
  };
  const referenceOf = ({ key, stage }: StoreName) =>
    `${REPOSITORY}:sti-${key}${stage === "build" ? "-build" : ""}`;
  const lookUp = (name: StoreName): StoreLookup => {
    const reference = referenceOf(name);
    const found = find(reference);
    if (found === undefined) return { kind: "missing" };
    const image = describe(found, reference);
    return image.config.labels["sti.key"] === name.key
      ? { kind: "found", image }
      : { kind: "unfit", problem: `${reference} is not the result of ${name.key}` };
  };
  const registry: ImageRegistry = {
    readImage: async (reference) => {
      asked.push(`read ${reference}`);
      const found = find(reference);
      return found && describe(found, reference);
    },
    readContent: async (reference) => {
      const found = find(reference);
      return (
        found && {
          manifest: {
            digest: digestOf(reference),
            mediaType: "application/vnd.oci.image.manifest.v1+json",
            bytes: Buffer.from("{}"),
          },
          // Their compressed bytes have the same digests here.
          layers: (found.layers ?? []).map((layer) => ({
            digest: layer,
            size: 1,
            open: async () => {
              asked.push(`read ${layer}`);
              return Readable.from([Buffer.from(".")]);
            },
          })),
        }
      );
    },
    joinImages: async (joined, reference) => {
      asked.push(`join ${joined.map(({ architecture }) => architecture).join(" ")} as ${reference}`);
      return { digest: `sha256:index-of-${joined.length}`, isNew: true };
    },
    copyImage: unused,
    tryAccess: unused,
    resolve: unused,
    attach: async (reference, attachment) => {
      asked.push(`attach to ${reference}`);
      await onAttach?.();
      attached.push({ digest: digestOf(reference), attachment });
    },
    readAttached: async (reference, { artifactType }) => {
      asked.push(`read documents of ${reference}`);
      return documentsOf(digestOf(reference), artifactType);
    },
  };
  const store: ResultStore = {
    repository: REPOSITORY,
    reference: referenceOf,
    find: async (names) => {
      asked.push(...names.map(({ stage }) => `find ${stage}`));
      await onFind?.();
      return names.map(lookUp);
    },
    has: async (name) => find(referenceOf(name)) !== undefined,
    publish: async (image, reference) => {
      asked.push(`publish ${reference}`);
      const found = images.find(({ digest }) => digest === image.digest);
      if (found === undefined) throw refusal("not-found", `${image.digest} is gone`);
      images.push({ ...found, tags: [reference] });
      return { digest: image.digest, sent: 0 };
    },
    findPointer: async (pointer) => {
      asked.push(`pointer ${pointer}`);
      const image = pointers.get(pointer);
      return image === undefined ? { kind: "missing" } : { kind: "found", image };
    },
    movePointer: async (pointer, image) => void pointers.set(pointer, image),
    attach: async ({ digest }, attachment) => {
      attached.push({ digest, attachment });
    },
    readAttached: async ({ digest }, artifactType) => documentsOf(digest, artifactType),
    list: unused,
    remove: unused,
    time: unused,
    tryAccess: async () => ({ read: "allowed", write: "allowed" }),
  };
  return {
    images,
    asked,
    attached,
    pointers,
    names: () => images.flatMap(({ tags }) => tags),
    use: (changes = {}) => ({
      store,
      registry,
      reads: true,
      writes: true,
      load: "all",
      builder: { kind: "machine" },
      branches: async () => ({ own: "main", others: [] }),
      largestPrevious: 1_000_000_000,
      ...changes,
    }),
  };
}

export function refusal(reason: RegistryError["reason"], message: string): RegistryError {
  return new RegistryError({ reason, operation: "read manifest", registry: "registry.test", message });
}

function describe(
  { config, digest = "", history = [], id = "", layers = [] }: FakeImage,
  reference: string,
): RegistryImage {
  return {
    os: "linux",
    architecture: "amd64",
    repository: normalize(reference).replace(/(?::[^:/]*|@.*)$/, ""),
    digest,
    referenceDigest: digest,
    configDigest: id,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    size: IMAGE_SIZE,
    layers,
    config: { ...emptyConfig, ...config },
    history,
    created: 1_000,
  };
}

/** An answer that takes its time. Rejects with the signal's reason. */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<undefined> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  return undefined;
}

async function unused(): Promise<never> {
  throw new Error("sessions do not call this");
}
