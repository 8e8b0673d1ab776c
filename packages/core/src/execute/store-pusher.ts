// Pushes images of new results to the store of a session, once each, and takes the names away that engines give them for it.
import { normaliseReference } from "../definition/image-reference.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { ImageSummary } from "../engine/image.ts";
import type { Facts } from "../plan/facts.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { StoreName } from "../store/result-store.ts";
import type { BorrowedNames } from "./borrowed-names.ts";
import type { PushedAs } from "./ledger.ts";
import { SilenceError, type StoreHealth } from "./store-health.ts";
import type { StoreUse } from "./store-use.ts";

/** Milliseconds before the second attempt to send a layer; engines double or add to it for further ones. */
const LONGEST_WAIT = 5_000;

export interface Pushed {
  readonly kind: "pushed";
  /** The manifest's digest, where the engine names it. */
  readonly digest?: string;
  /** Resolves once the engine has no name of it any more that is in the store. */
  readonly untagged: Promise<void>;
}

export interface StorePusher {
  /** `id`: of the image. Resolves to undefined if nothing was added. Rejects with defects only. */
  push(name: StoreName, id: string): Promise<Pushed | undefined>;
}

export function createStorePusher(
  store: StoreUse["store"],
  {
    engine,
    facts,
    health,
    isReplaced,
    names,
    signal,
  }: {
    readonly engine: Engine;
    /** As of the session's start. */
    readonly facts: Facts;
    readonly names: BorrowedNames;
    readonly health: StoreHealth;
    readonly signal: AbortSignal;
    /** Whether a result is pushed though the store has one of its name. */
    readonly isReplaced: (name: StoreName) => boolean;
  },
): StorePusher {
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
  const tryPush = async (
    name: StoreName,
    id: string,
  ): Promise<Pushed | { readonly kind: "again"; readonly error: Error } | undefined> => {
    if (signal.aborted || !health.can("write")) return undefined;
    const reference = store.reference(name);
    let named: PushedAs | undefined;
    let pushed: Pushed | undefined;
    try {
      if (!(isReplaced(name) || (await isLacking(name))) || !(await isAllowed())) return undefined;
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
  return { push };
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
