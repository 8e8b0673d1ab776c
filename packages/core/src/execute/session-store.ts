// A session's part of the store of results: it asks it for results, pulls them, and adds new ones beside the builds. The store
// is an optimisation: where it fails, the session says so once and goes on as without one.
import type { Target } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import { findImageId } from "../plan/decide-image.ts";
import type { DependencyLayer } from "../plan/dependency-layer.ts";
import { createBorrowedNames } from "./borrowed-names.ts";
import { flagsFor } from "./plan-build.ts";
import { searchAhead } from "./search-ahead.ts";
import type { Session } from "./session.ts";
import type { SessionImages } from "./session-images.ts";
import type { SessionLedger } from "./session-ledger.ts";
import { createStoreHealth } from "./store-health.ts";
import { createStorePuller, type StorePuller } from "./store-puller.ts";
import { createStoreReader, type StoreReader } from "./store-reader.ts";
import { createStoreTrust } from "./store-trust.ts";
import type { StoredResult, StoreUse } from "./store-use.ts";
import { createStoreWriter, type StoreWriter } from "./store-writer.ts";

export interface SessionStore
  extends Pick<StoreReader, "find" | "findPrevious" | "identityOf">,
    Pick<StorePuller, "load" | "loadPrevious">,
    StoreWriter {
  /** Whether restored results are to be in the engine, needed or not. */
  readonly loadsAll: boolean;
  /** Who builds in this session. */
  readonly builder: StoreUse["builder"];
  /** Gives a result the target's tag in its registry, without the engine. Rejects with RegistryError. */
  publish(target: Target, stored: StoredResult): Promise<{ readonly digest: string }>;
  /** Pulls a dependency layer and gives it its tag. Resolves to whether the store has it. */
  loadLayer(layer: Pick<DependencyLayer, "key" | "reference">, target: string): Promise<boolean>;
  /** Takes the tag from such an image, unless another one has it by now. Rejects with defects only. */
  dropPrevious(image: { readonly id: string; readonly tag: string }): Promise<void>;
}

export function createSessionStore(
  use: StoreUse,
  {
    images,
    ledger,
    session,
    signal,
  }: {
    readonly session: Session;
    readonly images: Pick<SessionImages, "identityOf">;
    readonly ledger: SessionLedger;
    readonly signal: AbortSignal;
  },
): SessionStore {
  const { store } = use;
  const { clock, emit, engine, facts, lock } = session;
  const warn = (message: string) => emit({ type: "session-warning", at: clock.now(), message });
  const { patience } = use;
  const platform = { os: facts.engine?.os ?? "linux", architecture: facts.engine?.architecture ?? "" };
  const health = createStoreHealth(store, { now: clock.now, patience, signal, warn });
  const trust = createStoreTrust(use, warn);
  if (use.notWritten !== undefined) {
    warn(`new results are not added to the store ${store.repository}: ${use.notWritten}`);
  }
  const names = createBorrowedNames({ engine, ledger, warn });
  const reader = createStoreReader(use, { platform, lock, health, signal, trust, warn });
  const { keep, settle } = createStoreWriter(use, { engine, facts, health, names, signal, trust });
  const puller = createStorePuller({ health, ledger, names, session, signal });
  const { load, loadPrevious, pullLayer } = puller;
  const pullsAhead = use.load === "all" && use.pullsAhead !== false;
  let isAhead = false;
  /** Begins with the first target that is not up to date: a session that has nothing to build asks for nothing. */
  const lookAhead = () => {
    if (isAhead || !use.reads) return;
    isAhead = true;
    const identityOfPresent = (id: string, { name }: Target) => images.identityOf(id, name);
    const ahead = searchAhead({
      ...session,
      flagsFor: (name) => flagsFor(session, name),
      identityOf: async (image, target) => {
        const id = findImageId(image, target.pull, { facts, lock });
        return id === undefined ? await reader.identityOf(image) : await identityOfPresent(id, target);
      },
      identityOfPresent,
      find: async (target, key) => {
        const stored = await reader.find(target, key);
        if (stored !== undefined && pullsAhead) puller.fetchAhead(stored);
        return stored;
      },
    });
    // A target that asks for the same gets the error.
    for (const searched of ahead.values()) searched.catch(() => {});
  };

  return {
    loadsAll: use.load === "all",
    builder: use.builder,
    find: (target, key) => {
      lookAhead();
      return reader.find(target, key);
    },
    findPrevious: reader.findPrevious,
    identityOf: reader.identityOf,
    keep,
    settle: async () => {
      await puller.dropUnused();
      await trust.settle();
      const summary = trust.summary();
      if (summary !== undefined) warn(summary);
      return await settle();
    },
    load,
    loadPrevious,
    publish: (target, { result }) => store.publish(result, target.tag.full, { signal }),
    dropPrevious: async ({ id, tag }) => {
      try {
        if ((await engine.inspectImage(tag))?.id === id) await engine.removeImage(tag);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        warn(`${tag} may still name an earlier result from the store: ${error.message}`);
      }
    },
    loadLayer: async (layer, target) => {
      const image = await reader.findLayer(layer.key);
      return image !== undefined && (await pullLayer(image, layer, target));
    },
  };
}
