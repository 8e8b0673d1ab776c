// A session's part of the store of results: it asks it for results, pulls them, and adds new ones beside the builds. The store
// is an optimisation: where it fails, the session says so once and goes on as without one.
import pLimit from "p-limit";
import type { Target } from "../definition/target.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { NeededImage } from "../graph/target-graph.ts";
import type { DependencyLayer } from "../plan/dependency-layer.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import { LABEL } from "../plan/labels.ts";
import { nameByDigest } from "../plan/lock.ts";
import type { ImageStage } from "../plan/step.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import type { StoreName } from "../store/result-store.ts";
import type { Session } from "./session.ts";
import type { SessionLedger } from "./session-ledger.ts";
import type { StoredResult, StoreUse } from "./store-use.ts";

/** Pushes to the store at the same time: the engine sends the layers of each in parallel. */
const PUSHES = 4;
/** Milliseconds for an answer of the store; a slower one costs more than it saves. */
const PATIENCE = 10_000;

export interface SessionStore {
  /** Whether restored results are to be in the engine, needed or not. */
  readonly loadsAll: boolean;
  /** Undefined where the store has no such result. Rejects with the signal's reason only. */
  find(target: Target, key: string): Promise<StoredResult | undefined>;
  /** Identity of an external image that would have to be pulled; undefined where the registry does not give it. */
  identityOf(image: NeededImage): Promise<string | undefined>;
  /** Pulls a result, once, and gives it the target's tags. Resolves to its id. Rejects with the engine's error. */
  load(target: Target, stored: StoredResult): Promise<string>;
  /** Gives a result the target's tag in its registry, without the engine. Rejects with RegistryError. */
  publish(target: Target, stored: StoredResult): Promise<{ readonly digest: string }>;
  /** Pulls a dependency layer and gives it its tag. Resolves to whether the store has it. */
  loadLayer(layer: Pick<DependencyLayer, "key" | "reference">, target: string): Promise<boolean>;
  /** Begins to add the new images of a result, or of a dependency layer. */
  keep(key: string, images: ReadonlyMap<ImageStage, string>): void;
  /** Resolves when everything is added, to errors that are defects; never rejects. */
  settle(): Promise<readonly unknown[]>;
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
  const { registry, store } = use;
  const { clock, emit, engine, facts, lock } = session;
  const warn = (message: string) => emit({ type: "session-warning", at: clock.now(), message });
  const problems = { read: false, write: false };
  const limit = pLimit(PUSHES);
  const pushes: Promise<void>[] = [];
  const loads = new Map<string, Promise<string>>();

  /** Says so once for all results. */
  const giveUp = (use: keyof typeof problems, error: Error) => {
    if (problems[use] || signal.aborted) return;
    problems[use] = true;
    const consequence =
      use === "read" ? "results are built as without it" : "new results are not added to it";
    warn(
      `the store ${store.repository} cannot be ${use === "read" ? "read" : "written"}, ${consequence}: ${error.message}`,
    );
  };
  const platform = () => ({
    os: facts.engine?.os ?? "linux",
    architecture: facts.engine?.architecture ?? "",
  });
  const patient = () => AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);

  const search = async (names: readonly StoreName[]): Promise<readonly RegistryImage[] | undefined> => {
    const answering = patient();
    try {
      const images: RegistryImage[] = [];
      for (const lookup of await store.find(names, { signal: answering })) {
        if (lookup.kind === "failed" && lookup.error.reason !== "invalid") giveUp("read", lookup.error);
        if (lookup.kind === "failed" && lookup.error.reason === "invalid") warn(lookup.error.message);
        if (lookup.kind === "unfit") warn(`the store ${store.repository}: ${lookup.problem}`);
        if (lookup.kind === "found") images.push(lookup.image);
      }
      return images.length === names.length ? images : undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!answering.aborted) throw error;
      giveUp("read", new Error(`it did not answer within ${PATIENCE / 1000} s`));
      return undefined;
    }
  };

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

  const add = async (name: StoreName, id: string): Promise<void> => {
    if (signal.aborted || problems.write) return;
    const reference = store.reference(name);
    let isTagged = false;
    try {
      if (await store.has(name, { signal })) return;
      await engine.tagImage(id, reference);
      isTagged = true;
      await engine.pushImage(reference, { signal });
    } catch (error) {
      if (!(error instanceof EngineError || error instanceof RegistryError) && !signal.aborted) throw error;
      giveUp("write", error as Error);
    } finally {
      // Only the name: the result has its own tag.
      if (isTagged) await untag(reference);
    }
  };
  const untag = async (reference: string) => {
    try {
      await engine.removeImage(reference);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      warn(`${reference} is left as a name in the engine, docker rmi removes it: ${error.message}`);
    }
  };

  return {
    loadsAll: use.load === "all",
    find: async (target, key) => {
      if (!use.reads || problems.read) return undefined;
      const isExtended = target.kind === "app" && target.buildTag !== undefined;
      const stages = isExtended ? (["result", "build"] as const) : (["result"] as const);
      const images = await search(stages.map((stage) => ({ key, stage })));
      const [result, build] = images ?? [];
      return result && { key, identity: imageIdentity(result), result, build };
    },
    identityOf: async (image) => {
      if (!use.reads || problems.read) return undefined;
      const reference = nameByDigest(image.reference, lock?.get(image.reference)) ?? image.reference;
      try {
        const found = await registry.readImage(reference, { platform: platform(), signal: patient() });
        return found && imageIdentity(found);
      } catch (error) {
        signal.throwIfAborted();
        // The engine may have other ways to get it, and has words of its own.
        if (error instanceof RegistryError || (error as Error).name === "TimeoutError") return undefined;
        throw error;
      }
    },
    load: (target, stored) => {
      const loading = loads.get(target.name) ?? loadStages(target, stored);
      loads.set(target.name, loading);
      return loading;
    },
    publish: (target, { result }) => store.publish(result, target.tag.full, { signal }),
    loadLayer: async ({ key, reference }, target) => {
      if (!use.reads || problems.read) return false;
      const [image] = (await search([{ key, stage: "result" }])) ?? [];
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
    keep: (key, images) => {
      if (!use.writes) return;
      for (const [stage, id] of images) {
        const name: StoreName = { key, stage: stage === "build" ? "build" : "result" };
        pushes.push(limit(() => add(name, id)));
      }
    },
    settle: async () => {
      const ends = await Promise.allSettled(pushes);
      return ends.flatMap((end) => (end.status === "rejected" ? [end.reason] : []));
    },
  };

  async function loadStages(target: Target, { build, key, result }: StoredResult): Promise<string> {
    if (build !== undefined && target.kind === "app" && target.buildTag !== undefined) {
      await pull(build, key, target.buildTag.full, target.name);
    }
    return await pull(result, key, target.tag.full, target.name);
  }
}
