// Makes the report of a session from its view, and makes all text safe to show. Turning it into a file is for each
// format.
import {
  describeFailure,
  type Failure,
  formatPath,
  KEPT_OUTPUT,
  type Outcome,
  type OutputLimits,
  type OutputTail,
  type SessionView,
  type TargetFinished,
  type TargetView,
} from "@sti/core";
import { formatFile, type LogOf } from "../render/print-failure.ts";
import { sanitizeLine, sanitizeLines } from "../render/sanitize.ts";
import type { ReportedFailure, SessionReport, TargetReport } from "./session-report.ts";

/** Undefined until the session has finished. */
export function toReport(
  session: SessionView,
  options: { readonly cwd: string; readonly logOf: LogOf },
): SessionReport | undefined {
  const { end, started, targets, warnings } = session;
  if (started === undefined || end === undefined) return undefined;
  return {
    session: end.session,
    startedAt: started.at,
    duration: end.duration,
    concurrency: started.concurrency,
    outcomes: end.outcomes,
    criticalPath: end.criticalPath,
    criticalDuration: end.criticalDuration,
    failures: end.failures.map((failure) => describeInWords(failure, options.cwd)),
    warnings: warnings.map(sanitizeLine),
    targets: [...targets.values()].flatMap((target) => {
      const finished = target.end;
      return finished === undefined ? [] : [reportTarget(target, finished, options)];
    }),
  };
}

function reportTarget(
  target: TargetView,
  finished: TargetFinished,
  { cwd, logOf }: { readonly cwd: string; readonly logOf: LogOf },
): TargetReport {
  const { dependsOn, kind, name, steps, tag } = target;
  const { duration, failure, otherFailures = [], outcome } = finished;
  const began = duration > 0 || steps.length > 0 || !isUnmade(outcome);
  return {
    name,
    kind,
    tag,
    dependsOn,
    outcome,
    reason: sanitizeLine(finished.reason),
    startedAt: began ? finished.at - duration : undefined,
    duration,
    steps: steps.map((step) => ({ ...step, title: sanitizeLine(step.title) })),
    warnings: target.warnings.map(sanitizeLine),
    reuse: finished.reuse,
    restored: finished.restored,
    pushed: finished.pushed ?? target.pushed,
    imageId: finished.imageId,
    imageSize: finished.imageSize,
    failures:
      failure === undefined ? [] : [failure, ...otherFailures].map((each) => describeInWords(each, cwd)),
    output: shortenOutput(target.output, outcome === "failed" ? KEPT_OUTPUT.failed : KEPT_OUTPUT.other),
    log: logOf(name),
  };
}

function isUnmade(outcome: Outcome): boolean {
  return outcome === "skipped" || outcome === "cancelled";
}

/** The last lines within the limits, safe to show. */
export function shortenOutput({ lines, left }: OutputTail, most: OutputLimits): OutputTail {
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

/** In words that are safe to show; files relative to `cwd`. */
export function describeInWords(failure: Failure, cwd: string): ReportedFailure {
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
