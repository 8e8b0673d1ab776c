// Folds the events of a session into its report, and makes their text safe to show. Turning it into a file is for each
// format.
import {
  describeFailure,
  type Failure,
  formatPath,
  isWatchEvent,
  type Outcome,
  type PushedImage,
  type SessionEvent,
  type SessionFinished,
  type SessionStarted,
  type TargetFinished,
} from "@sti/core";
import { type OutputTail, TargetTails } from "../render/output-tail.ts";
import { formatFile, type LogOf } from "../render/print-failure.ts";
import { sanitizeLine, sanitizeLines } from "../render/sanitize.ts";
import type { ReportedFailure, SessionReport, StepReport } from "./session-report.ts";

/** Takes the events of one session. */
export interface ReportCollector {
  add(event: SessionEvent): void;
  /** Once the session has finished. */
  readonly report: () => SessionReport | undefined;
}

/** Lines and characters kept of a target's output; its log has all of it. */
const KEPT = { failed: { lines: 200, characters: 64 * 1024 }, other: { lines: 40, characters: 8 * 1024 } };

interface OpenTarget {
  readonly steps: StepReport[];
  readonly warnings: string[];
  running: Pick<StepReport, "kind" | "title" | "startedAt"> | undefined;
  finished: TargetFinished | undefined;
  pushed: PushedImage | undefined;
  output: OutputTail;
}

export function collectReport(options: { readonly cwd: string; readonly logOf: LogOf }): ReportCollector {
  const describe = (failure: Failure) => describeInWords(failure, options.cwd);
  const tails = new TargetTails();
  const open = new Map<string, OpenTarget>();
  const warnings: string[] = [];
  let started: SessionStarted | undefined;
  let end: SessionFinished | undefined;

  const targetOf = (name: string): OpenTarget => {
    const known = open.get(name);
    if (known !== undefined) return known;
    const fresh: OpenTarget = {
      steps: [],
      warnings: [],
      running: undefined,
      finished: undefined,
      pushed: undefined,
      output: { lines: [], left: 0 },
    };
    open.set(name, fresh);
    return fresh;
  };
  /** A step that did not succeed ends with its target, or with the session. */
  const stopStep = (target: OpenTarget, at: number) => {
    if (target.running === undefined) return;
    target.steps.push({ ...target.running, duration: at - target.running.startedAt, succeeded: false });
    target.running = undefined;
  };
  const report = (start: SessionStarted, finish: SessionFinished): SessionReport => ({
    session: finish.session,
    startedAt: start.at,
    duration: finish.duration,
    concurrency: start.concurrency,
    outcomes: finish.outcomes,
    criticalPath: finish.criticalPath,
    criticalDuration: finish.criticalDuration,
    failures: finish.failures.map(describe),
    warnings,
    targets: start.targets.flatMap((target) => {
      const { finished, output, pushed, steps, warnings } = targetOf(target.name);
      if (finished === undefined) return [];
      const { duration, failure, otherFailures = [] } = finished;
      const began = duration > 0 || steps.length > 0 || !isUnmade(finished.outcome);
      return [
        {
          ...target,
          outcome: finished.outcome,
          reason: sanitizeLine(finished.reason),
          startedAt: began ? finished.at - duration : undefined,
          duration,
          steps,
          warnings,
          reuse: finished.reuse,
          pushed: finished.pushed ?? pushed,
          imageId: finished.imageId,
          imageSize: finished.imageSize,
          failures: failure === undefined ? [] : [failure, ...otherFailures].map(describe),
          output,
          log: options.logOf(target.name),
        },
      ];
    }),
  });
  return {
    add(event) {
      if (isWatchEvent(event)) return;
      switch (event.type) {
        case "session-started":
          started = event;
          return;
        case "step-started":
          targetOf(event.target).running = {
            kind: event.step,
            title: sanitizeLine(event.title),
            startedAt: event.at,
          };
          return;
        case "step-finished": {
          const target = targetOf(event.target);
          if (target.running === undefined) return;
          target.steps.push({ ...target.running, duration: event.duration, succeeded: true });
          target.running = undefined;
          return;
        }
        case "target-output":
          tails.add(event);
          return;
        case "session-warning":
          warnings.push(sanitizeLine(event.message));
          return;
        case "target-warning":
          targetOf(event.target).warnings.push(sanitizeLine(event.message));
          return;
        case "target-pushed":
          targetOf(event.target).pushed = event.pushed;
          return;
        case "target-finished": {
          const target = targetOf(event.target);
          stopStep(target, event.at);
          target.finished = event;
          target.output = shorten(tails.take(event.target), event.outcome === "failed");
          return;
        }
        case "session-finished":
          for (const target of open.values()) stopStep(target, event.at);
          end = event;
          return;
        case "target-started":
        case "step-progress":
          return;
        default:
          return event satisfies never;
      }
    },
    report: () => (started === undefined || end === undefined ? undefined : report(started, end)),
  };
}

function isUnmade(outcome: Outcome): boolean {
  return outcome === "skipped" || outcome === "cancelled";
}

function shorten({ lines, left }: OutputTail, failed: boolean): OutputTail {
  const most = failed ? KEPT.failed : KEPT.other;
  const kept: string[] = [];
  let characters = 0;
  for (let index = lines.length - 1; index >= 0 && kept.length < most.lines; index -= 1) {
    const line = sanitizeLine(lines[index] ?? "").slice(-most.characters);
    characters += line.length;
    if (characters > most.characters) break;
    kept.unshift(line);
  }
  return { lines: kept, left: left + lines.length - kept.length };
}

function describeInWords(failure: Failure, cwd: string): ReportedFailure {
  const { summary, detail, hint } = describeFailure(failure, (file) => formatFile(file, cwd));
  const safe = (text: string | undefined) =>
    text === undefined ? undefined : sanitizeLines(text.trimEnd()).join("\n");
  const subject =
    "path" in failure && failure.path.length > 0
      ? formatPath(failure.path)
      : "target" in failure
        ? failure.target
        : undefined;
  return {
    code: failure.code,
    subject,
    summary: safe(summary) ?? "",
    detail: safe(detail),
    hint: safe(hint),
    location: "location" in failure ? failure.location : undefined,
    frame: "frame" in failure ? safe(failure.frame?.replace(/^\n+/, "")) : undefined,
  };
}
