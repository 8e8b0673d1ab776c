// Saves files of a running watch, and tells how long each took.
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import type { WatchProcess } from "./watch-process.ts";

/** Milliseconds from the save. */
export interface EditTimes {
  readonly build: number;
  readonly tag: number;
  readonly end: number;
}

/** Unique per run, so that the engine's build cache has no results of an earlier benchmark. */
const RUN = randomBytes(8).toString("hex");
let edits = 0;

/** Saves a file, and waits until its target's image is made. */
export async function timeEdit(watch: WatchProcess, file: string, target: string): Promise<EditTimes> {
  watch.clear();
  edits += 1;
  const saved = performance.now();
  writeFileSync(file, `edit ${edits} of ${RUN}\n`.repeat(50));
  const next = async (type: string, step?: string) =>
    (await watch.next((event) => event.type === type && event.target === target && event.step === step))
      .readAt;
  const build = await next("target-started");
  const tag = await next("step-finished", "tag-image");
  const end = await next("target-finished");
  await watch.next(({ type }) => type === "watch-settled");
  return { build: build - saved, tag: tag - saved, end: end - saved };
}

export async function untilReady(watch: WatchProcess, targets: readonly string[]): Promise<void> {
  const missing = new Set(targets);
  while (missing.size > 0) {
    const { outcome, target = "" } = await watch.next(({ type }) => type === "target-finished");
    if (outcome !== "built" && outcome !== "up-to-date") throw new Error(`${target} is ${outcome}`);
    missing.delete(target);
  }
}
