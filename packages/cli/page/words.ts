// Marks and words of states, phases of steps, times.
import type { StepKind } from "@sti/core";
import { formatDuration } from "../src/render/format-amount.ts";
import type { PageTarget } from "../src/report/page/page-state.ts";

export type State = PageTarget["state"];

export const STATES: Readonly<Record<State, { readonly mark: string; readonly words: string }>> = {
  failed: { mark: "✖", words: "failed" },
  running: { mark: "▸", words: "running" },
  skipped: { mark: "↓", words: "skipped" },
  cancelled: { mark: "■", words: "cancelled" },
  waiting: { mark: "·", words: "waiting" },
  built: { mark: "✔", words: "built" },
  restored: { mark: "◆", words: "restored" },
  "up-to-date": { mark: "●", words: "up to date" },
};

/** States that need attention first, up to date last. */
export const STATE_ORDER = Object.keys(STATES) as readonly State[];

export type Phase = "pull" | "send" | "build" | "save" | "push";

/** In the order in which they happen. */
export const PHASES: Readonly<Record<Phase, string>> = {
  pull: "pull",
  send: "create, send source",
  build: "build, run scripts",
  save: "commit, tag",
  push: "push, attest",
};

export const PHASE_OF: Readonly<Record<StepKind, Phase>> = {
  "await-worker": "pull",
  "pull-image": "pull",
  "create-container": "send",
  "keep-source": "send",
  "upload-source": "send",
  "build-image": "build",
  "run-script": "build",
  "commit-container": "save",
  "tag-image": "save",
  "push-image": "push",
  "attest-image": "push",
};

/** Fragment of the address that opens something. */
export function linkTo(kind: "target" | "container", name: string): string {
  return `#${kind}=${encodeURIComponent(name)}`;
}

/** Empty where it would be 0.0s. */
export function timeOf({ duration }: Pick<PageTarget, "duration">): string {
  return duration < 50 ? "" : formatDuration(duration);
}

/** Time of its end, in milliseconds since 1970, including later steps for it. */
export function endOf({ duration, startedAt = 0, steps }: PageTarget): number {
  return steps.reduce((end, step) => Math.max(end, step.startedAt + step.duration), startedAt + duration);
}

/** "14:03:07", in the reader's time zone; "14:03:07 UTC" where there is no reader yet. */
export function clockTime(at: number, isRead: boolean): string {
  const date = new Date(at);
  if (!isRead) return `${date.toISOString().slice(11, 19)} UTC`;
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

/** A name as a word of a command line. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** `part`: 1 is the whole. */
export function percent(part: number): string {
  return `${Math.round(part * 100_000) / 1000}%`;
}

export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
