// The engine of a watch: surveyed before builds, lost, waited for, and back.
import { EngineError } from "../engine/engine-error.ts";
import type { WatchBuilds } from "./watch-builds.ts";
import type { WatchLoop } from "./watch-loop.ts";
import type { WatchOptions } from "./watch-session.ts";

export interface WatchEngineOptions extends Pick<WatchOptions, "emit" | "reconnect"> {
  readonly loop: WatchLoop;
  readonly builds: WatchBuilds;
  /** Called when the engine is back. */
  readonly onBack: () => void;
}

export class WatchEngine {
  readonly #options: WatchEngineOptions;
  /** Survey number; answers to older surveys are ignored. */
  #surveys = 0;
  #lost = { at: 0, message: "" };

  constructor(options: WatchEngineOptions) {
    this.#options = options;
  }

  async survey(): Promise<void> {
    const { builds, loop } = this.#options;
    this.#surveys += 1;
    const survey = this.#surveys;
    try {
      const missing = await builds.survey();
      if (survey === this.#surveys) loop.send({ kind: "surveyed", missing });
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      if (survey === this.#surveys) this.lose(error.message);
    }
  }

  lose(message: string): void {
    const { loop } = this.#options;
    if (loop.state.isEngineLost) return;
    this.#surveys += 1;
    this.#lost = { at: loop.now(), message };
    loop.send({ kind: "engine-lost" });
  }

  async reconnect(): Promise<void> {
    const { emit, loop, onBack } = this.#options;
    const { at, message } = this.#lost;
    emit({ type: "engine-lost", at, message });
    while (!(await this.#resume()));
    const now = loop.now();
    emit({ type: "engine-back", at: now, duration: now - at });
    onBack();
    loop.send({ kind: "engine-back" });
  }

  /** Resolves to whether the engine stayed. */
  async #resume(): Promise<boolean> {
    const { builds, loop, reconnect } = this.#options;
    const engine = await reconnect(loop.signal);
    try {
      await builds.resume(engine);
      return true;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return false;
    }
  }
}
