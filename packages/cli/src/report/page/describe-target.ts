// Shared by the parts of the page: marks and words of outcomes, phases of steps, times.
import type { Outcome, StepKind } from "@sti/core";
import { formatDuration } from "../../render/format-amount.ts";
import type { SessionReport, TargetReport } from "../session-report.ts";

export const OUTCOMES: Readonly<Record<Outcome, { readonly mark: string; readonly words: string }>> = {
  failed: { mark: "✖", words: "failed" },
  skipped: { mark: "↓", words: "skipped" },
  cancelled: { mark: "■", words: "cancelled" },
  built: { mark: "✔", words: "built" },
  restored: { mark: "◆", words: "restored" },
  "up-to-date": { mark: "●", words: "up to date" },
};

/** Outcomes that need attention first, up to date last. */
export const OUTCOME_ORDER = Object.keys(OUTCOMES) as readonly Outcome[];

export type Phase = "pull" | "send" | "build" | "save" | "push";

/** In the order in which they happen. */
export const PHASES: Readonly<Record<Phase, string>> = {
  pull: "pull",
  send: "create, send source",
  build: "build, run scripts",
  save: "commit, tag",
  push: "push",
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

/** A session with what its page looks up again and again. */
export interface PageSession {
  readonly report: SessionReport;
  /** Files are shown relative to this folder. */
  readonly cwd: string;
  readonly indexOf: ReadonlyMap<string, number>;
  /** Targets of the critical path; empty if it explains nothing. */
  readonly isCritical: ReadonlySet<string>;
}

/** Link to a target's details on the page. */
export function detailsLink(name: string, { indexOf }: PageSession): string {
  return `#t${indexOf.get(name) ?? ""}`;
}

/** Empty where it would be 0.0s. */
export function timeOf({ duration }: TargetReport): string {
  return duration < 50 ? "" : formatDuration(duration);
}

/** Time of its end, in milliseconds since 1970, including later steps for it. */
export function endOf({ duration, startedAt = 0, steps }: TargetReport): number {
  return steps.reduce((end, step) => Math.max(end, step.startedAt + step.duration), startedAt + duration);
}
