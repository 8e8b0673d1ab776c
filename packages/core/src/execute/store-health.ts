// How the store of a session fares: whether it is still used, and how long it may keep the session waiting. A store is given
// up once, with one warning.
import type { TransferOptions } from "../engine/call.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { ResultStore } from "../store/result-store.ts";

/** A use of the store that can be given up while the others go on. */
export type StorePurpose = "read" | "write" | "sign" | "attest" | "note" | "point";

const CONSEQUENCES: Readonly<Record<StorePurpose, string>> = {
  read: "cannot be used, the session goes on as without it",
  write: "cannot be written, new results are not added to it",
  sign: "does not take signatures, other machines do not use new results",
  attest: "does not take attestations, restored results get new ones when they are pushed",
  note: "does not take notes about results, they are added without their origin",
  point: "does not take the names of last results, other machines build without their artifacts",
};

/** Uses that end with another one: a store that cannot be read is not written either. */
const ENDING: Readonly<Record<StorePurpose, readonly StorePurpose[]>> = {
  read: ["read", "write", "sign", "attest", "note", "point"],
  write: ["write", "sign", "attest", "note", "point"],
  sign: ["sign"],
  attest: ["attest"],
  note: ["note"],
  point: ["point"],
};

/** Times of a session's patience with its store, in milliseconds. */
export interface StorePatience {
  /** For all answers together that saved no build. */
  readonly total: number;
  /** Time of an answer that costs no patience: registries may be far away. */
  readonly quick: number;
  /** A pull or push of the engine without a sign of life is given up after at least this time, and at most twice of it. */
  readonly silence: number;
}

export const STORE_PATIENCE: StorePatience = { total: 10_000, quick: 1_000, silence: 15_000 };

/** Images that turned out to be unusable before the store is no longer read. */
const MOST_STRIKES = 3;

export interface StoreHealth {
  /** Whether the store is still used. */
  can(purpose: StorePurpose): boolean;
  /**
   * Undefined where the store is given up, before or meanwhile. Rejects with the work's error, or with the session's reason.
   * `isSaving`: whether an answer saves a build, and so costs no patience.
   */
  ask<Value>(
    purpose: StorePurpose,
    work: (signal: AbortSignal) => Promise<Value>,
    isSaving?: (value: Value) => boolean,
  ): Promise<Value | undefined>;
  /** A pull or push of the engine, for as long as the engine reports anything of one of them. Rejects with the work's error. */
  transfer<Value>(purpose: StorePurpose, work: (options: TransferOptions) => Promise<Value>): Promise<Value>;
  /** Ends what is going on for the purpose, and reports it once. */
  giveUp(purpose: StorePurpose, error: Error): void;
  /** One image is not usable: `report` prints that, once for equal messages. After several the store is given up. */
  strike(message: string, report: (message: string) => void): void;
}

export function createStoreHealth(
  { repository }: Pick<ResultStore, "repository">,
  {
    now,
    patience = STORE_PATIENCE,
    signal,
    warn,
  }: {
    readonly patience?: StorePatience | undefined;
    /** Milliseconds, of any clock. */
    readonly now: () => number;
    readonly warn: (message: string) => void;
    readonly signal: AbortSignal;
  },
): StoreHealth {
  const ends: Readonly<Record<StorePurpose, AbortController>> = {
    read: new AbortController(),
    write: new AbortController(),
    sign: new AbortController(),
    attest: new AbortController(),
    note: new AbortController(),
    point: new AbortController(),
  };
  const signalOf = (purpose: StorePurpose, ...more: readonly AbortSignal[]) =>
    AbortSignal.any([signal, ends[purpose].signal, ...more]);
  let left = patience.total;
  /** The end of the time that has cost patience. */
  let charged = Number.NEGATIVE_INFINITY;
  let strikes = 0;
  /** Number of signs by purpose: an engine lets most of several pulls wait, and reports nothing of these. */
  const signs = new Map<StorePurpose, number>();
  const struck = new Set<string>();
  const can = (purpose: StorePurpose) => !ends[purpose].signal.aborted;
  const giveUp = (purpose: StorePurpose, error: Error) => {
    if (!can(purpose) || signal.aborted) return;
    const ended = isGone(error) ? "read" : purpose;
    warn(`the store ${repository} ${CONSEQUENCES[ended]}: ${error.message}`);
    for (const one of ENDING[ended]) ends[one].abort(error);
  };
  /** Time that several answers take together costs once. */
  const charge = (from: number, to: number) => {
    left -= Math.max(0, to - Math.max(from, charged));
    charged = Math.max(charged, to);
  };
  const isOver = () => left < patience.quick;
  return {
    can,
    giveUp,
    async ask(purpose, work, isSaving = () => false) {
      if (!can(purpose)) return undefined;
      const started = now();
      const limit = AbortSignal.timeout(Math.ceil(left));
      let isSaved = false;
      try {
        const value = await work(signalOf(purpose, limit));
        isSaved = isSaving(value);
        return value;
      } catch (error) {
        signal.throwIfAborted();
        if (limit.aborted) giveUp("read", tooSlow(patience.total));
        if (!can(purpose)) return undefined;
        throw error;
      } finally {
        if (!isSaved) charge(started + patience.quick, now());
        if (isOver()) giveUp("read", tooSlow(patience.total));
      }
    },
    async transfer(purpose, work) {
      const silence = new AbortController();
      const heard = () => signs.get(purpose) ?? 0;
      const onSign = () => void signs.set(purpose, heard() + 1);
      const onSilence = () => silence.abort(new SilenceError(patience.silence));
      const end = watchSilence(patience.silence, heard, onSilence);
      try {
        return await work({ signal: signalOf(purpose, silence.signal), onSign });
      } finally {
        end();
      }
    },
    strike(message, report) {
      if (!can("read")) return;
      if (!struck.has(message)) report(message);
      struck.add(message);
      strikes += 1;
      if (strikes === MOST_STRIKES) giveUp("read", new Error(`${strikes} of its images cannot be used`));
    },
  };
}

/** A pull or push that nothing was heard of. */
export class SilenceError extends Error {
  constructor(milliseconds: number) {
    super(`the engine reported nothing of a transfer for ${milliseconds / 1000} s`);
    this.name = "SilenceError";
  }
}

/** No other request would have an answer. */
function isGone(error: Error): boolean {
  return error instanceof RegistryError && (error.reason === "unreachable" || error.reason === "untrusted");
}

function tooSlow(milliseconds: number): Error {
  return new Error(`its answers took longer than ${milliseconds / 1000} s`);
}

/** Calls back once, if `heard` counted nothing for a whole period. Returns what ends it. */
function watchSilence(period: number, heard: () => number, onSilence: () => void): () => void {
  let isOver = false;
  const watch = (before: number) => {
    const check = () => {
      if (isOver) return;
      const count = heard();
      if (count === before) onSilence();
      else watch(count);
    };
    AbortSignal.timeout(period).addEventListener("abort", check, { once: true });
  };
  watch(heard());
  return () => {
    isOver = true;
  };
}
