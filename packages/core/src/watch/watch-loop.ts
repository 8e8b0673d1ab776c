// The mutable part of a watch: its state, the one timer, and the order of inputs and effects. Knows nothing of the
// effects' content.
import { bugOf } from "../execute/failure-of-error.ts";
import type { Failure } from "../failure/failure.ts";
import { advanceWatch } from "./advance-watch.ts";
import type { WatchClock } from "./watch-ports.ts";
import type { WatchEffect, WatchInput, WatchState } from "./watch-state.ts";

export class WatchLoop {
  readonly #clock: WatchClock;
  readonly #perform: (effect: WatchEffect) => void;
  readonly #stop = new AbortController();
  readonly #defects: Failure[] = [];
  readonly #inputs: WatchInput[] = [];
  #isAdvancing = false;
  #state: WatchState;
  #time: number;
  #cancelTimer: (() => void) | undefined;

  /** `perform` starts an effect, and must not wait for its end. */
  constructor(
    first: (at: number) => WatchState,
    { clock, perform }: { readonly clock: WatchClock; readonly perform: (effect: WatchEffect) => void },
  ) {
    this.#clock = clock;
    this.#perform = perform;
    this.#time = clock.now();
    this.#state = first(this.#time);
  }

  get state(): WatchState {
    return this.#state;
  }

  /** Aborted when the watch is to stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Defects of sti itself. */
  get defects(): readonly Failure[] {
    return this.#defects;
  }

  /** Milliseconds since 1970; never less than before. */
  now(): number {
    this.#time = Math.max(this.#time, this.#clock.now());
    return this.#time;
  }

  send(input: WatchInput): void {
    this.#inputs.push(input);
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
      if (next.kind === "stop") this.#stop.abort(new Error("interrupted"));
      const { effects, state } = advanceWatch(this.#state, next, this.now());
      this.#state = state;
      for (const effect of effects) {
        if (effect.kind === "wake") this.#setTimer(effect.at);
        else this.#perform(effect);
      }
    }
    this.#isAdvancing = false;
  }

  /** Does something that takes time. A rejection is a defect and ends the watch, unless it is the watch's end. */
  do(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      if (this.#stop.signal.aborted && isAbort(error, this.#stop.signal)) return;
      this.#defects.push(bugOf(error));
      this.send({ kind: "stop" });
    });
  }

  #setTimer(at: number | undefined): void {
    this.#cancelTimer?.();
    this.#cancelTimer =
      at === undefined
        ? undefined
        : this.#clock.after(Math.max(0, at - this.now()), () => this.send({ kind: "woke" }));
  }
}

function isAbort(error: unknown, { reason }: AbortSignal): boolean {
  return error === reason || (error instanceof Error && error.name === "AbortError");
}
