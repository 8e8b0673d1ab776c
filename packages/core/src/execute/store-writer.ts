// Adds new results to the store of a session, beside the builds that follow, and notes where they come from.
import pLimit from "p-limit";
import { normaliseReference } from "../definition/image-reference.ts";
import type { CallOptions } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageSummary } from "../engine/image.ts";
import type { Facts } from "../plan/facts.ts";
import type { ImageStage } from "../plan/step.ts";
import type { Attachment } from "../store/attachment.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import { attachmentOf, type ResultOrigin } from "../store/result-origin.ts";
import type { StoreName } from "../store/result-store.ts";
import { pointerTo } from "../store/store-tags.ts";
import type { BorrowedNames } from "./borrowed-names.ts";
import type { PushedAs } from "./ledger.ts";
import { SilenceError, type StoreHealth, type StorePurpose } from "./store-health.ts";
import type { StoreTrust } from "./store-trust.ts";
import type { StoreUse } from "./store-use.ts";

/** Pushes to the store at the same time: the engine sends the layers of each in parallel. */
const PUSHES = 4;
/** Results about which notes are written at the same time. */
const NOTES = 8;
/** Milliseconds before the second attempt to send a layer; engines double or add to it for further ones. */
const LONGEST_WAIT = 5_000;

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

  let access: Promise<boolean> | undefined;
  /** Asked once, before the first push: an engine that is refused tries again and again, and does not report the reason. */
  const isAllowed = () => {
    access ??= tryAccess();
    return access;
  };
  const tryAccess = async () => {
    const tried = await health.ask("write", (signal) => store.tryAccess({ signal }));
    if (tried === undefined) return false;
    if (tried.write !== "allowed") health.giveUp("write", tried.write);
    return tried.write === "allowed";
  };
  const namesByDigest = (digests: readonly string[] = []) =>
    digests
      .map((listed) => normaliseReference(listed))
      .filter((name) => name?.startsWith(`${store.repository}@`) === true) as readonly string[];
  /** Somebody may have pulled a result that is pushed anew: they keep their name of it. */
  const describePushed = async (id: string): Promise<PushedAs> => {
    const isNamed = ({ digests, id: listed }: ImageSummary) =>
      listed === id && namesByDigest(digests).length > 0;
    const before = [...facts.images.values()].some(isNamed) ? await engine.inspectImage(id) : undefined;
    return { id, spared: namesByDigest(before?.digests) };
  };
  /**
   * Only the names: the result has its own tag. Engines name a pushed image by its digest, too, and forget that with its last
   * tag of the repository: but another session on the engine may have moved the tag to its own image.
   */
  const untagPushed = async (reference: string, { id, spared }: PushedAs) => {
    await names.drop(reference);
    const image = await engine.inspectImage(id).catch((error: unknown) => {
      if (!(error instanceof EngineError)) throw error;
    });
    for (const name of namesByDigest(image?.digests)) {
      if (spared.includes(name)) continue;
      await names.note(name);
      await names.drop(name);
    }
  };
  const isLacking = async (name: StoreName) =>
    (await health.ask("write", (signal) => store.has(name, { signal }))) === false;
  /**
   * Registries may answer one of two sessions that add the same layer at once with an error of their own. Engines try layers
   * again, but not manifests: where the store answers otherwise, and has no such result, it is pushed once more.
   */
  const push = async (name: StoreName, id: string): Promise<Pushed | undefined> => {
    const first = await tryPush(name, id);
    const last = first?.kind === "again" ? await tryPush(name, id) : first;
    if (last?.kind !== "again") return last;
    health.giveUp("write", last.error);
    return undefined;
  };
  /** Resolves to undefined if nothing was added. */
  const tryPush = async (
    name: StoreName,
    id: string,
  ): Promise<Pushed | { readonly kind: "again"; readonly error: Error } | undefined> => {
    if (signal.aborted || !health.can("write")) return undefined;
    const reference = store.reference(name);
    let named: PushedAs | undefined;
    let pushed: Pushed | undefined;
    try {
      // One that this session has refused would stay refused for ever.
      const isReplaced = sign !== undefined && trust.wasRefused(name);
      if (!(isReplaced || (await isLacking(name))) || !(await isAllowed())) return undefined;
      const image = await describePushed(id);
      await names.note(reference, image);
      await engine.tagImage(id, reference);
      named = image;
      const digest = await health.transfer("write", (options) =>
        engine.pushImage(reference, { ...options, longestWait: LONGEST_WAIT }),
      );
      pushed = {
        kind: "pushed",
        ...(digest === undefined ? {} : { digest }),
        untagged: untagPushed(reference, image),
      };
      return pushed;
    } catch (error) {
      if (signal.aborted || !health.can("write")) return undefined;
      if (!(error instanceof EngineError || error instanceof RegistryError || error instanceof SilenceError))
        throw error;
      if (named !== undefined && (isNameGone(error) || isPassing(error))) {
        // Another session has added the same result; on this engine, it has also removed the name.
        const lacking = await isLacking(name).catch(onlyOfRegistry);
        if (lacking === false) return undefined;
        if (lacking === true) return { kind: "again", error };
      }
      health.giveUp("write", error);
      return undefined;
    } finally {
      if (named !== undefined && pushed === undefined) await untagPushed(reference, named);
    }
  };
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
    const pushed = await pushing(() => push(name, id));
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

interface Pushed {
  readonly kind: "pushed";
  /** Of the manifest, where the engine names it. */
  readonly digest?: string;
  /** Resolves once the engine has no name of it any more that is in the store. */
  readonly untagged: Promise<void>;
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

/** The store does not answer that either. */
function onlyOfRegistry(error: unknown): undefined {
  if (!(error instanceof RegistryError)) throw error;
}

function isPassing(error: Error): boolean {
  return error instanceof EngineError && error.reason === "push-network";
}

/** The engine does not know the name that it is to push. */
function isNameGone(error: unknown): boolean {
  return error instanceof EngineError && /not-found$/.test(error.reason);
}
