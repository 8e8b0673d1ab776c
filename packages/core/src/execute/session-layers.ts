// The dependency layers of a session: each made once, however many targets need it at the same time, and found again as
// long as the engine has it.
import type { Engine } from "../engine/engine.ts";
import type { ImageDetails } from "../engine/image.ts";
import type { DependencyLayer } from "../plan/dependency-layer.ts";
import { LABEL } from "../plan/labels.ts";
import { LayerRemovedError } from "./step-error.ts";

export interface LayerRequest {
  readonly layer: DependencyLayer;
  /** The app that needs it. */
  readonly target: string;
  /** Whether one that was there before this session does not do. */
  readonly isFresh: boolean;
  /** Makes and tags it, or pulls it. Resolves to whether it was made. */
  readonly make: () => Promise<boolean>;
  /** Ends the work for this target. */
  readonly signal: AbortSignal;
}

export interface SessionLayers {
  /** Rejects with the error of the target that made it, or tried to; with LayerRemovedError if it was removed at once. */
  bring(request: LayerRequest): Promise<{ readonly details: ImageDetails; readonly isMade: boolean }>;
  /** Tags of the layers that targets started from last. */
  used(): ReadonlySet<string>;
  /** Tags of layers that targets of this session started from, and not any more. */
  outdated(): ReadonlySet<string>;
  /** A layer was removed. */
  noteRemoved(tag: string): void;
  /** Tags of removed layers. */
  removed(): ReadonlySet<string>;
}

type Made = { readonly error?: unknown; readonly wasAborted: boolean } | undefined;

/** `engineOf`: the engine as it is now; that of a watch may come back as another one. */
export function createSessionLayers(engineOf: () => Pick<Engine, "inspectImage">): SessionLayers {
  /** By tag; they never reject. Undefined: it was made. */
  const atWork = new Map<string, Promise<Made>>();
  /** Tags of layers that came in this session, and whether they were made. */
  const made = new Map<string, boolean>();
  /** By target and role. */
  const current = new Map<string, DependencyLayer>();
  const outdated = new Set<string>();
  const removed = new Set<string>();

  const use = ({ layer, target }: LayerRequest) => {
    const place = `${target}\n${layer.role}`;
    const before = current.get(place);
    if (before !== undefined) outdated.add(before.reference.full);
    current.set(place, layer);
    outdated.delete(layer.reference.full);
    removed.delete(layer.reference.full);
  };
  const find = async ({ layer, signal }: LayerRequest) => {
    const found = await engineOf().inspectImage(layer.reference.full, { signal });
    return found?.config.labels[LABEL.key] === layer.key ? found : undefined;
  };
  const make = async (request: LayerRequest): Promise<void> => {
    const tag = request.layer.reference.full;
    const { promise, resolve } = Promise.withResolvers<Made>();
    atWork.set(tag, promise);
    let failed: Made;
    try {
      made.set(tag, await request.make());
    } catch (error) {
      failed = { error, wasAborted: request.signal.aborted };
      throw error;
    } finally {
      atWork.delete(tag);
      resolve(failed);
    }
  };
  return {
    async bring(request) {
      const tag = request.layer.reference.full;
      let hasCome = atWork.has(tag);
      for (let other = atWork.get(tag); other !== undefined; other = atWork.get(tag)) {
        const failed = await other;
        request.signal.throwIfAborted();
        if (failed !== undefined && !failed.wasAborted) throw failed.error;
      }
      const isUsable = !request.isFresh || made.has(tag);
      // Asked now: a layer of the session's first look may be gone.
      let found = isUsable ? await find(request) : undefined;
      if (found === undefined && atWork.has(tag)) return await this.bring(request);
      if (found === undefined) {
        hasCome = true;
        await make(request);
        found = await find(request);
      }
      if (found === undefined) throw new LayerRemovedError(`the dependency layer ${tag} was removed`);
      use(request);
      return { details: found, isMade: hasCome && made.get(tag) === true };
    },
    used: () => new Set([...current.values()].map(({ reference }) => reference.full)),
    outdated: () => outdated,
    noteRemoved(tag) {
      outdated.delete(tag);
      made.delete(tag);
      removed.add(tag);
    },
    removed: () => removed,
  };
}
