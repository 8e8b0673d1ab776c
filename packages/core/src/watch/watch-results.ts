// The ends of a watch's targets: each is reported, the last one of each target is kept, and so is its failure until a
// build succeeds.
import type { Outcome, TargetFinished } from "../execute/event.ts";
import type { TargetGraph } from "../graph/target-graph.ts";
import type { WatchOptions } from "./watch-session.ts";

export type FinishedFields = Omit<TargetFinished, "type" | "at" | "target" | "duration">;

export class WatchResults {
  readonly #options: Pick<WatchOptions, "clock" | "emit">;
  readonly #results = new Map<string, TargetFinished>();
  /** The failures of builds, by target, until one succeeds. */
  readonly #failed = new Map<string, FinishedFields>();

  constructor(options: Pick<WatchOptions, "clock" | "emit">) {
    this.#options = options;
  }

  /** The last result of each target of the graph. */
  of(graph: TargetGraph): readonly TargetFinished[] {
    return [...this.#results].filter(([name]) => graph.nodes.has(name)).map(([, event]) => event);
  }

  /** The last outcome of a target. */
  outcomeOf(target: string): Outcome | undefined {
    return this.#results.get(target)?.outcome;
  }

  /** Reports how a target ended, also one that was not built. */
  finish(target: string, fields: FinishedFields, started?: number): void {
    const at = this.#options.clock.now();
    const duration = at - (started ?? at);
    const event: TargetFinished = { type: "target-finished", at, target, duration, ...fields };
    this.#results.set(target, event);
    this.#options.emit(event);
  }

  /** Keeps the failure of a build for the time in which nothing changes; undefined: it did not fail. */
  noteBuild(target: string, failed: FinishedFields | undefined): void {
    if (failed === undefined) this.#failed.delete(target);
    else this.#failed.set(target, failed);
  }

  /** Reports the last build of a target that failed again. */
  failAgain(target: string): void {
    const failed = this.#failed.get(target);
    if (failed !== undefined) this.finish(target, failed);
  }
}
