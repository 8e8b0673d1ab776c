// Gets results and dependency layers of the store into the engine. One that cannot be had is reported, and is built.
import pLimit from "p-limit";
import type { Target } from "../definition/target.ts";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { DependencyLayer } from "../plan/dependency-layer.ts";
import { imageIdentity } from "../plan/image-identity.ts";
import { isPulledImage } from "../plan/is-pulled-image.ts";
import { LABEL } from "../plan/labels.ts";
import type { RegistryImage } from "../store/registry-image.ts";
import type { BorrowedNames } from "./borrowed-names.ts";
import { inspectWhole } from "./complete-pulls.ts";
import type { Session } from "./session.ts";
import type { SessionLedger } from "./session-ledger.ts";
import { SilenceError, type StoreHealth } from "./store-health.ts";
import type { StoredResult } from "./store-use.ts";
import { emitFor } from "./target-events.ts";

/** Reasons for which no other result could be pulled either. */
const OF_THE_REGISTRY: ReadonlySet<string> = new Set(["pull-denied", "pull-network", "pull-rate-limit"]);

/** Ids of the images of a result. */
export interface LoadedResult {
  readonly result: string;
  /** Of the result, bytes in the engine. */
  readonly size: number;
  /** Of an extended build. */
  readonly build?: string;
}

export interface StorePuller {
  /** Begins to pull a result that is to be loaded, without giving it a tag. A failure is that of `load`. */
  fetchAhead(stored: StoredResult): void;
  /**
   * Pulls a result, once, and gives it the target's tags. Resolves to its ids; undefined where it cannot be had, which is then
   * reported. `asking`: the target whose build waits for it.
   */
  load(target: Target, stored: StoredResult, asking: string): Promise<LoadedResult | undefined>;
  /**
   * Pulls an image for its artifacts and gives it this tag. Resolves to its id; undefined where it cannot be had, which is
   * then reported. `from`: words behind "its last result".
   */
  loadPrevious(
    image: RegistryImage,
    wanted: { readonly tag: string; readonly target: string; readonly from: string },
  ): Promise<string | undefined>;
  /** Takes their names from images that were pulled ahead and not loaded. Never rejects but with defects. */
  dropUnused(): Promise<void>;
  /** Pulls a dependency layer of an app and gives it its tag. Resolves to whether it could be had. */
  pullLayer(
    image: RegistryImage,
    layer: Pick<DependencyLayer, "key" | "reference">,
    target: string,
  ): Promise<boolean>;
}

/** Images that are pulled ahead at the same time: engines download few layers at once, and unpack others meanwhile. */
const PULLS_AHEAD = 12;

/** Work in progress, by engine and name. */
const turns = new WeakMap<Engine, Map<string, Promise<unknown>>>();

async function takeTurn<Value>(engine: Engine, name: string, work: () => Promise<Value>): Promise<Value> {
  const ofEngine = turns.get(engine) ?? new Map<string, Promise<unknown>>();
  turns.set(engine, ofEngine);
  const turn = (ofEngine.get(name) ?? Promise.resolve()).catch(() => {}).then(work);
  ofEngine.set(name, turn);
  try {
    return await turn;
  } finally {
    if (ofEngine.get(name) === turn) ofEngine.delete(name);
  }
}

function nameOf({ referenceDigest, repository }: RegistryImage): string {
  return `${repository}@${referenceDigest}`;
}

export function createStorePuller({
  health,
  ledger,
  names,
  session,
  signal,
}: {
  readonly session: Session;
  readonly ledger: Pick<SessionLedger, "noteReplaced">;
  readonly health: StoreHealth;
  readonly names: BorrowedNames;
  readonly signal: AbortSignal;
}): StorePuller {
  const { engine, facts } = session;
  const loads = new Map<string, Promise<LoadedResult | undefined>>();
  /** By name: what the engine was asked to pull ahead, and nobody has loaded. */
  const fetched = new Map<string, Promise<void>>();
  /** Names that were asked for, in either way. */
  const asked = new Set<string>();
  const limit = pLimit(PULLS_AHEAD);

  /** `consequence`: of a pull that fails, "so it is built". */
  const tryPull = async <Value>(
    work: () => Promise<Value>,
    {
      asking,
      consequence,
      what,
    }: { readonly what: string; readonly consequence: string; readonly asking: string },
  ): Promise<Value | undefined> => {
    if (!health.can("read")) return undefined;
    try {
      return await work();
    } catch (error) {
      if (signal.aborted) throw error;
      if (!health.can("read")) return undefined;
      if (!(error instanceof EngineError || error instanceof SilenceError)) throw error;
      if (error instanceof SilenceError || OF_THE_REGISTRY.has(error.reason)) health.giveUp("read", error);
      else {
        const message = `${what} cannot be pulled from the store, so it is ${consequence}: ${error.message}`;
        health.strike(`${asking} ${message}`, () =>
          emitFor(session, asking, { type: "target-warning", message }),
        );
      }
      return undefined;
    }
  };
  /** An image that somebody has pulled by the same digest is used, and keeps its name. */
  const fetch = async (image: RegistryImage): Promise<void> => {
    const name = nameOf(image);
    const present = facts.images.has(name) ? await engine.inspectImage(name, { signal }) : undefined;
    if (present !== undefined && isPulledImage(present, image)) return;
    // Of a platform that was pulled beside theirs, the name is theirs, too.
    if (present === undefined) await names.note(name);
    await health.transfer("read", (options) => engine.pullImage(name, options));
  };
  /** Whether the engine has the image under this tag already. */
  const findPresent = async (image: RegistryImage, key: string, reference: string) => {
    const present = await engine.inspectImage(reference, { signal });
    const isSame = present !== undefined && imageIdentity(present) === imageIdentity(image);
    return isSame && present.config.labels[LABEL.key] === key ? present : undefined;
  };
  const pull = async (image: RegistryImage, key: string, reference: string, target: string) => {
    const name = nameOf(image);
    const ahead = fetched.get(name);
    fetched.delete(name);
    asked.add(name);
    const found = ahead === undefined ? await findPresent(image, key, reference) : undefined;
    if (found !== undefined) return found;
    // Another session of this process would take the name away.
    return await takeTurn(engine, name, () => pullNamed(image, { ahead, key, name, reference, target }));
  };
  const pullNamed = async (
    image: RegistryImage,
    {
      ahead,
      key,
      name,
      reference,
      target,
    }: {
      readonly ahead: Promise<void> | undefined;
      readonly key: string;
      readonly name: string;
      readonly reference: string;
      readonly target: string;
    },
  ) => {
    // During the pull: the calls that follow it are made for many results at the same moment.
    const finding = engine.inspectImage(reference);
    // Awaited after the pull, which has to end before its name is removed.
    finding.catch(() => {});
    try {
      await (ahead ?? fetch(image));
      const details = await inspectFetched(image, key);
      const present = await finding;
      if (present !== undefined && present.id !== details.id)
        await ledger.noteReplaced({ id: present.id, target });
      const isHeld = present?.id === details.id;
      try {
        await engine.tagImage(details.id, reference, { isHeld });
        return details;
      } catch (error) {
        if (!(error instanceof EngineError) || error.reason !== "not-found") throw error;
      }
      // Its name was another process's, which has removed it since.
      await fetch(image);
      const again = await inspectFetched(image, key);
      await engine.tagImage(again.id, reference, { isHeld });
      return again;
    } finally {
      // The image is then as if it was built here: its tag is its only name. One that got no tag goes.
      await names.drop(name);
    }
  };

  const inspectFetched = async (image: RegistryImage, key: string) => {
    const name = nameOf(image);
    const inspect = () => inspectWhole(engine, name, { signal });
    const pullAgain = async () => {
      await fetch(image);
      return await inspect();
    };
    // Another process that has pulled the same image may have taken the name away.
    const details = (await inspect()) ?? (await pullAgain());
    if (details !== undefined && isPulledImage(details, image)) return details;
    const message = `${name} is not the image with key ${key} after its pull, but ${details?.id ?? "none"}`;
    throw new EngineError({ reason: "other", operation: "pull image", message });
  };

  const loadStages = async (target: Target, { build, key, result }: StoredResult): Promise<LoadedResult> => {
    const buildTag = target.kind === "app" ? target.buildTag : undefined;
    const built =
      build === undefined || buildTag === undefined
        ? undefined
        : await pull(build, key, buildTag.full, target.name);
    const { id, size } = await pull(result, key, target.tag.full, target.name);
    return { result: id, size, ...(built === undefined ? {} : { build: built.id }) };
  };

  return {
    fetchAhead: ({ build, result }) => {
      for (const image of build === undefined ? [result] : [build, result]) {
        const name = nameOf(image);
        if (asked.has(name) || !health.can("read")) continue;
        asked.add(name);
        const fetching = limit(() => fetch(image));
        // Whoever loads it gets the error.
        fetching.catch(() => {});
        fetched.set(name, fetching);
      }
    },
    dropUnused: async () => {
      const unused = [...fetched];
      fetched.clear();
      for (const [name, fetching] of unused) {
        const isPulled = await fetching.then(
          () => true,
          () => false,
        );
        if (isPulled) await names.drop(name);
      }
    },
    load: (target, stored, asking) => {
      const what = asking === target.name ? "its result" : `the result of ${target.name}`;
      const loading =
        loads.get(target.name) ??
        tryPull(() => loadStages(target, stored), { asking, consequence: "built", what });
      loads.set(target.name, loading);
      return loading;
    },
    loadPrevious: async (image, { from, tag, target }) => {
      const key = image.config.labels[LABEL.key] ?? "";
      const of = { asking: target, consequence: "built without artifacts", what: `its last result${from}` };
      return (await tryPull(() => pull(image, key, tag, target), of))?.id;
    },
    pullLayer: async (image, { key, reference }, target) => {
      const of = { asking: target, consequence: "made", what: `the dependency layer of ${target}` };
      return (await tryPull(() => pull(image, key, reference.full, target), of)) !== undefined;
    },
  };
}
