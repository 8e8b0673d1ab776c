// A session's part of the store of results: it asks it for results, pulls them, and adds new ones beside the builds. The store
// is an optimisation: where it fails, the session says so once and goes on as without one.
import type { Target } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { DependencyLayer } from "../plan/dependency-layer.ts";
import { LABEL } from "../plan/labels.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import type { Session } from "./session.ts";
import type { SessionLedger } from "./session-ledger.ts";
import { createStoreProblems } from "./store-problems.ts";
import { createStoreReader, type StoreReader } from "./store-reader.ts";
import type { StoredResult, StoreUse } from "./store-use.ts";
import { createStoreWriter, type StoreWriter } from "./store-writer.ts";

export interface SessionStore extends Pick<StoreReader, "find" | "findPrevious" | "identityOf">, StoreWriter {
  /** Whether restored results are to be in the engine, needed or not. */
  readonly loadsAll: boolean;
  /** Who builds in this session. */
  readonly builder: StoreUse["builder"];
  /** Pulls a result, once, and gives it the target's tags. Resolves to its ids. Rejects with the engine's error. */
  load(target: Target, stored: StoredResult): Promise<LoadedResult>;
  /** Gives a result the target's tag in its registry, without the engine. Rejects with RegistryError. */
  publish(target: Target, stored: StoredResult): Promise<{ readonly digest: string }>;
  /** Pulls a dependency layer and gives it its tag. Resolves to whether the store has it. */
  loadLayer(layer: Pick<DependencyLayer, "key" | "reference">, target: string): Promise<boolean>;
  /** Pulls an image for its artifacts and gives it this tag. Resolves to its id. Rejects with the engine's error. */
  loadPrevious(image: RegistryImage, tag: string, target: string): Promise<string>;
  /** Takes the tag from such an image, unless another one has it by now. Rejects with defects only. */
  dropPrevious(image: { readonly id: string; readonly tag: string }): Promise<void>;
}

/** Ids of the images of a result. */
export interface LoadedResult {
  readonly result: string;
  /** Of an extended build. */
  readonly build?: string;
}

export function createSessionStore(
  use: StoreUse,
  {
    ledger,
    session,
    signal,
  }: {
    readonly session: Pick<Session, "clock" | "emit" | "engine" | "facts" | "lock">;
    readonly ledger: Pick<SessionLedger, "noteReplaced">;
    readonly signal: AbortSignal;
  },
): SessionStore {
  const { store } = use;
  const { clock, emit, engine, facts, lock } = session;
  const warn = (message: string) => emit({ type: "session-warning", at: clock.now(), message });
  const problems = createStoreProblems(store, { signal, warn });
  const untag = async (reference: string) => {
    try {
      await engine.removeImage(reference);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      warn(`${reference} is left as a name in the engine, docker rmi removes it: ${error.message}`);
    }
  };
  const { find, findLayer, findPrevious, identityOf } = createStoreReader(use, {
    facts,
    lock,
    problems,
    signal,
    warn,
  });
  const { keep, settle } = createStoreWriter(use, { engine, problems, signal, untag });
  const loads = new Map<string, Promise<LoadedResult>>();

  const pull = async (image: RegistryImage, key: string, reference: string, target: string) => {
    const name = `${image.repository}@${image.referenceDigest}`;
    await engine.pullImage(name, { signal });
    const details = await engine.inspectImage(name, { signal });
    if (details === undefined || details.config.labels[LABEL.key] !== key) {
      const message = `${name} is not the image with key ${key} after its pull`;
      throw new EngineError({ reason: "other", operation: "pull image", message });
    }
    const present = await engine.inspectImage(reference);
    if (present !== undefined && present.id !== details.id)
      await ledger.noteReplaced({ id: present.id, target });
    await engine.tagImage(details.id, reference, { isHeld: present?.id === details.id });
    // The image is then as if it was built here: its tag is its only name.
    await untag(name);
    return details.id;
  };

  return {
    loadsAll: use.load === "all",
    builder: use.builder,
    find,
    findPrevious,
    identityOf,
    keep,
    settle,
    load: (target, stored) => {
      const loading = loads.get(target.name) ?? loadStages(target, stored);
      loads.set(target.name, loading);
      return loading;
    },
    publish: (target, { result }) => store.publish(result, target.tag.full, { signal }),
    loadPrevious: (image, tag, target) => pull(image, image.config.labels[LABEL.key] ?? "", tag, target),
    dropPrevious: async ({ id, tag }) => {
      try {
        if ((await engine.inspectImage(tag))?.id === id) await untag(tag);
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
        warn(`${tag} may still name an earlier result from the store: ${error.message}`);
      }
    },
    loadLayer: async ({ key, reference }, target) => {
      const image = await findLayer(key);
      if (image === undefined) return false;
      try {
        await pull(image, key, reference.full, target);
        return true;
      } catch (error) {
        if (signal.aborted || !(error instanceof EngineError)) throw error;
        warn(
          `the dependency layer of ${target} cannot be pulled from the store, so it is made: ${error.message}`,
        );
        return false;
      }
    },
  };

  async function loadStages(target: Target, { build, key, result }: StoredResult): Promise<LoadedResult> {
    const buildTag = target.kind === "app" ? target.buildTag : undefined;
    const built =
      build === undefined || buildTag === undefined
        ? undefined
        : await pull(build, key, buildTag.full, target.name);
    const id = await pull(result, key, target.tag.full, target.name);
    return built === undefined ? { result: id } : { result: id, build: built };
  }
}
