// Adds new results to the store of a session, beside the builds that follow, and notes where they come from.
import pLimit from "p-limit";
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { Facts } from "../plan/facts.ts";
import type { ImageStage } from "../plan/step.ts";
import type { Attachment } from "../store/attachment.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import { attachmentOf, type ResultOrigin } from "../store/result-origin.ts";
import type { StoreName } from "../store/result-store.ts";
import { pointerTo } from "../store/store-tags.ts";
import type { BorrowedNames } from "./borrowed-names.ts";
import type { StoreHealth, StorePurpose } from "./store-health.ts";
import { createStorePusher } from "./store-pusher.ts";
import type { StoreTrust } from "./store-trust.ts";
import type { StoreUse } from "./store-use.ts";

/** Pushes to the store at the same time: the engine sends the layers of each in parallel. */
const PUSHES = 4;
/** Results about which notes are written at the same time. */
const NOTES = 8;

/** What is added: the images of a result, or a dependency layer. */
export interface NewResult {
  readonly key: string;
  /** Ids. */
  readonly images: ReadonlyMap<ImageStage, string>;
  /** Asked for once the result is in the store. Left out: none is noted. */
  readonly origin?: (() => Promise<ResultOrigin>) | undefined;
  /** Attestations of the result as it is in the store. Left out: it is to have none. */
  readonly documents?: ((image: RegistryImage) => Promise<readonly Attachment[]>) | undefined;
  /** The image that later builds of a target can have artifacts of. */
  readonly artifacts?: { readonly target: string; readonly stage: StoreName["stage"] } | undefined;
}

export interface StoreWriter {
  /** Begins to add it. */
  keep(added: NewResult): void;
  /** Resolves when everything is added, to errors that are defects; never rejects. */
  settle(): Promise<readonly unknown[]>;
}

export function createStoreWriter(
  { branches, registry, signatures, store, writes }: Omit<StoreUse, "builder" | "load" | "reads">,
  {
    engine,
    facts,
    health,
    signal,
    names,
    trust,
  }: {
    readonly engine: Engine;
    /** As of the session's start. */
    readonly facts: Facts;
    readonly names: BorrowedNames;
    readonly health: StoreHealth;
    readonly signal: AbortSignal;
    readonly trust: StoreTrust;
  },
): StoreWriter {
  const [pushing, noting] = [pLimit(PUSHES), pLimit(NOTES)];
  const work: Promise<void>[] = [];
  const sign = signatures?.sign;
  const pusher = createStorePusher(store, {
    engine,
    facts,
    health,
    names,
    signal,
    // One that this session has refused would stay refused for ever.
    isReplaced: (name) => sign !== undefined && trust.wasRefused(name),
  });
  /** What is done once a result is in the store; a registry that refuses it is not asked again. */
  const attempt = async (purpose: StorePurpose, work: (options: CallOptions) => Promise<void>) => {
    if (signal.aborted) return;
    try {
      await health.ask(purpose, (signal) => work({ signal }));
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof RegistryError)) throw error;
      health.giveUp(purpose, error);
    }
  };
  /** Undefined where another session has added the same result at the same time. */
  const findOwn = async (name: StoreName, pushed: PushedResult, options: CallOptions) => {
    const [lookup] = await store.find([name], options);
    if (lookup?.kind === "failed") throw lookup.error;
    return lookup?.kind === "found" && isSame(lookup.image, pushed) ? lookup.image : undefined;
  };
  const follow = async (name: StoreName, pushed: PushedResult, added: NewResult) => {
    const { artifacts } = added;
    const [noted, documents] = name.stage === "result" ? [added.origin, added.documents] : [];
    const last = artifacts?.stage === name.stage ? artifacts : undefined;
    if (noted === undefined && last === undefined && documents === undefined && sign === undefined) return;
    const found: RegistryImage[] = [];
    await attempt(sign !== undefined ? "sign" : noted === undefined ? "point" : "note", async (options) => {
      const image = await findOwn(name, pushed, options);
      if (image !== undefined) found.push(image);
    });
    for (const image of found) {
      if (sign !== undefined) {
        const signature = sign({ ...name, digest: image.referenceDigest });
        await attempt("sign", async (options) => store.attach(image, signature, options));
      }
      if (documents !== undefined) await attachAll(image, documents);
      await Promise.all([noted && note(image, noted), last && point(image, last)]);
    }
  };
  /** Machines that build the same image at the same time have the same to note: one of the notes is enough. */
  const note = (image: RegistryImage, origin: NonNullable<NewResult["origin"]>) =>
    attempt("note", async (options) =>
      store.attach(image, attachmentOf(await origin()), { ...options, mayBeLost: true }),
    );
  /** An older build that ends later names its own result: the next build has fewer artifacts, and is right. */
  const point = (image: RegistryImage, { target }: NonNullable<NewResult["artifacts"]>) =>
    attempt("point", async (options) =>
      store.movePointer(pointerTo(target, (await branches()).own), image, options),
    );
  /** Making them may take as long as reading the whole image. */
  const attachAll = async (image: RegistryImage, documents: NonNullable<NewResult["documents"]>) => {
    if (signal.aborted || !health.can("attest")) return;
    const reference = `${image.repository}@${image.referenceDigest}`;
    try {
      for (const document of await documents(image)) {
        await attempt("attest", async (options) => registry.attach(reference, document, options));
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof EngineError)) throw error;
      health.giveUp("attest", error);
    }
  };
  const add = async (name: StoreName, id: string, added: NewResult): Promise<void> => {
    const pushed = await pushing(() => pusher.push(name, id));
    if (pushed === undefined) return;
    await Promise.all([pushed.untagged, noting(() => follow(name, { ...pushed, id }, added))]);
  };
  return {
    keep: (added) => {
      if (!writes || !health.can("write")) return;
      for (const [stage, id] of added.images) {
        const name: StoreName = { key: added.key, stage: stage === "build" ? "build" : "result" };
        work.push(add(name, id, added));
      }
    },
    settle: async () => {
      const ends = await Promise.allSettled(work);
      return ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
    },
  };
}

interface PushedResult {
  readonly id: string;
  /** Of the manifest or index, where the engine names it. */
  readonly digest?: string;
}

/** An id is the digest of the config, or that of the manifest or index, depending on the engine. */
function isSame(image: RegistryImage, { digest, id }: PushedResult): boolean {
  const manifests = [image.digest, image.referenceDigest];
  return digest === undefined ? [...manifests, image.configDigest].includes(id) : manifests.includes(digest);
}
