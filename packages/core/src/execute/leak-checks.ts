// Decides which new images of a session are inspected for leaks. Whether a build's folders stay out of its image depends
// on the engine and on how sti builds, not on the app. One inspection for each combination is enough; it is recorded.
import { createHash } from "node:crypto";
import type { AppTarget } from "../definition/target.ts";
import type { Engine } from "../engine/engine.ts";
import type { BuilderContract } from "../plan/builder-contract.ts";
import { coveredFolders } from "../plan/covered-folders.ts";
import type { Facts } from "../plan/facts.ts";
import type { ImageStage } from "../plan/step.ts";
import { findLeak } from "./find-leak.ts";
import type { Records } from "./records.ts";

/** Circumstances of a build that its app's config does not show. */
export interface BuildForm {
  readonly stage: ImageStage;
  readonly incremental: boolean;
  /** Whether the source is an overlay over one that the engine keeps. */
  readonly keepsSource: boolean;
  /** Whether its container was started before it got its source. */
  readonly startedAhead: boolean;
}

export interface CheckedImage {
  readonly target: AppTarget;
  readonly form: BuildForm;
  /** Of the image that it is based on. */
  readonly contract: BuilderContract;
  /** Ids of the new image and of the one that it is based on. */
  readonly image: string;
  readonly base: string;
  /** As of a search. */
  readonly onLeft: (error: unknown) => void;
  /** Ends the target's build. */
  readonly signal: AbortSignal;
}

export interface LeakChecks {
  /**
   * The folders in which the image holds files that only its build may see. Empty if an image of the same form held none.
   * Rejects as the engine does.
   */
  find(checked: CheckedImage): Promise<readonly string[]>;
}

/** Raised when the inspection itself changes. */
const INSPECTION = 1;

export function createLeakChecks(session: {
  readonly engine: Engine;
  readonly facts: Pick<Facts, "engine">;
  readonly records: Pick<Records, "readChecked" | "writeChecked">;
  readonly toolVersion: string;
  /** Runs a write to the records; the caller does not handle its failure. */
  readonly remember: (target: string, write: () => Promise<void>) => Promise<void>;
  readonly newName: () => string;
}): LeakChecks {
  const { engine, newName, records, remember } = session;
  /** By key; each resolves to whether the image held no leak. One that failed or found a leak is removed. */
  const inspections = new Map<string, Promise<boolean>>();

  const inspect = async (key: string, { contract, form, signal, target, ...images }: CheckedImage) => {
    if (await records.readChecked(key)) return [];
    const folders = coveredFolders(target, form.stage, contract);
    const leak = await findLeak(engine, { ...images, folders, newName }, { signal });
    if (leak.length === 0) await remember(target.name, () => records.writeChecked(key));
    return leak;
  };
  return {
    async find(checked) {
      const key = checkKey(session, checked);
      for (let other = inspections.get(key); other !== undefined; other = inspections.get(key)) {
        if (await other) return [];
        checked.signal.throwIfAborted();
      }
      const { promise, resolve } = Promise.withResolvers<boolean>();
      inspections.set(key, promise);
      let isClean = false;
      try {
        const leak = await inspect(key, checked);
        isClean = leak.length === 0;
        return leak;
      } finally {
        if (!isClean) inspections.delete(key);
        resolve(isClean);
      }
    },
  };
}

/** sha256, hex, of everything that may decide whether an image contains build-only data. */
function checkKey(
  { facts, toolVersion }: { readonly facts: Pick<Facts, "engine">; readonly toolVersion: string },
  { contract, form, target }: Pick<CheckedImage, "contract" | "form" | "target">,
): string {
  const { id, imageStore, product, rootless, version } = facts.engine ?? {};
  const parts = [
    INSPECTION,
    toolVersion,
    id ?? null,
    product ?? null,
    version ?? null,
    imageStore ?? null,
    rootless ?? null,
    target.method,
    form.stage,
    target.runtimeImage !== undefined,
    form.incremental,
    form.keepsSource,
    form.startedAhead,
    Object.keys(target.secrets).length > 0,
    target.caches.length > 0,
    contract.kind,
    contract.folders,
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
