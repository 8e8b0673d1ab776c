// Makes the parts of the page from a session view: all of them, or those that an event changes.
import {
  describeCause,
  type Failure,
  KEPT_OUTPUT,
  type Outcome,
  type OutputTail,
  type SessionEvent,
  type SessionView,
  type TargetView,
} from "@sti/core";
import { formatFile, formatLocation, type LogOf } from "../../render/print-failure.ts";
import { sanitizeLine } from "../../render/sanitize.ts";
import { describeInWords, shortenOutput } from "../to-report.ts";
import { containerPart } from "./container-part.ts";
import { graphPart } from "./graph-part.ts";
import type {
  PageBuild,
  PageFailure,
  PageParts,
  PageSession,
  PageTarget,
  SessionAbout,
} from "./page-state.ts";

export interface PageContext {
  readonly about: SessionAbout;
  readonly kind: PageSession["kind"];
  /** Files are shown relative to this folder. */
  readonly cwd: string;
  readonly logOf: LogOf;
}

const NO_OUTPUT: OutputTail = { lines: [], left: 0 };
/** Causes of a build that are listed. */
const MOST_CAUSES = 50;

/** All parts of a session that has started. */
export function pageParts(session: SessionView, context: PageContext): PageParts {
  return listKeys(session).flatMap((key) => {
    const part = readPart(key, session, context);
    return part === undefined ? [] : [[key, part] as const];
  });
}

/** Keys of all parts that there may be. */
export function listKeys({ targets, watch }: SessionView): readonly string[] {
  return [
    ...["session", "order", "graph", "builds"],
    ...[...targets.keys()].map((name) => `target/${name}`),
    ...[...watch.containers.keys()].map((name) => `container/${name}`),
  ];
}

/** Keys of the parts that an event changes, once the session has taken it; a new config may remove others. */
export function changedKeys(event: SessionEvent, session: SessionView): readonly string[] {
  switch (event.type) {
    case "session-started":
    case "session-finished":
    case "config-reloaded":
      return listKeys(session);
    case "target-output":
    case "command-output":
    case "container-output":
    case "target-paused":
    case "files-synced":
      return [];
    case "target-started":
      return ["session", `target/${event.target}`, ...containersBuiltBy(event.target, session)];
    case "target-finished":
      return ["session", "builds", `target/${event.target}`, ...containersBuiltBy(event.target, session)];
    case "files-changed":
      return ["session", ...event.targets.map((name) => `target/${name}`)];
    case "step-started":
      return [`target/${event.target}`, ...containersBuiltBy(event.target, session)];
    case "step-progress":
    case "step-finished":
    case "target-warning":
    case "target-pushed":
      return [`target/${event.target}`];
    case "container-waiting":
    case "container-started":
    case "container-probed":
    case "container-up":
    case "container-failed":
    case "container-stopped":
      return [`container/${event.target}`];
    case "session-warning":
    case "watch-settled":
    case "config-broken":
    case "engine-lost":
    case "engine-back":
    case "command-started":
    case "command-finished":
      return ["session"];
    default:
      return event satisfies never;
  }
}

function containersBuiltBy(target: string, { watch }: SessionView): readonly string[] {
  return (watch.containersBuiltBy.get(target) ?? []).map((name) => `container/${name}`);
}

/** Undefined where there is no such part, or none any more. */
export function readPart(key: string, session: SessionView, context: PageContext): unknown {
  const name = key.slice(key.indexOf("/") + 1);
  if (key.startsWith("target/")) {
    const target = session.targets.get(name);
    return target === undefined ? undefined : targetPart(target, session, context);
  }
  if (key.startsWith("container/")) {
    const row = session.watch.containers.get(name);
    return row === undefined ? undefined : containerPart(name, row);
  }
  if (key === "order") return [...session.targets.keys()];
  if (key === "graph") return graphPart([...session.targets.values()]);
  if (key === "builds") return buildsPart(session);
  return sessionPart(session, context);
}

function sessionPart(session: SessionView, { about, cwd, kind }: PageContext): PageSession | undefined {
  const { end, ended, started, warnings, watch } = session;
  if (started === undefined) return undefined;
  const count = (outcome: Outcome) => ended[outcome].size;
  return {
    about,
    kind,
    startedAt: started.at,
    roundStartedAt: kind === "watch" ? (watch.roundStartedAt ?? started.at) : started.at,
    concurrency: started.concurrency,
    outcomes: end?.outcomes ?? {
      built: count("built"),
      "up-to-date": count("up-to-date"),
      restored: count("restored"),
      failed: count("failed"),
      skipped: count("skipped"),
      cancelled: count("cancelled"),
    },
    end: end && {
      duration: end.duration,
      // With nothing to do no path explains the time.
      criticalPath: end.outcomes.built + end.outcomes.failed > 0 ? end.criticalPath : [],
      criticalDuration: end.criticalDuration,
    },
    failures: (end?.failures ?? []).map((failure) => failurePart(failure, cwd)),
    warnings: warnings.map(sanitizeLine),
    configFailures: watch.configFailures.map((failure) => failurePart(failure, cwd)),
    engineLostAt: watch.engineLostAt,
    idleSince: watch.idle?.at,
    exec: watch.command && sanitizeLine(watch.command.command),
  };
}

function targetPart(target: TargetView, session: SessionView, { cwd, logOf }: PageContext): PageTarget {
  const { build, dependsOn, end, kind, name, runningSince, step, steps, tag } = target;
  const isRunning = runningSince !== undefined;
  const failures = end?.failure === undefined ? [] : [end.failure, ...(end.otherFailures ?? [])];
  const change = session.watch.changes.get(name);
  // That of the others can be asked for while the session lasts.
  const kept = end?.outcome === "failed" ? KEPT_OUTPUT.failed : KEPT_OUTPUT.other;
  const hasOutput = end !== undefined && (end.outcome === "failed" || session.end !== undefined);
  const began = end !== undefined && (end.duration > 0 || steps.length > 0 || end.outcome === "up-to-date");
  const log = logOf(name);
  return {
    name,
    kind,
    tag,
    dependsOn,
    state: isRunning ? "running" : (end?.outcome ?? "waiting"),
    reason: sanitizeLine(
      end?.reason ?? (isRunning ? build?.reason : undefined) ?? (change === undefined ? "" : "changed"),
    ),
    causes: (end?.outcome === "up-to-date" ? [] : (build?.causes ?? []))
      .slice(0, MOST_CAUSES)
      .map((cause) => sanitizeLine(describeCause(cause, true))),
    startedAt: isRunning && end === undefined ? runningSince : began ? end.at - end.duration : undefined,
    duration: end?.duration ?? 0,
    step: step && { ...step, title: sanitizeLine(step.title) },
    steps: steps.map((one) => ({ ...one, title: sanitizeLine(one.title) })),
    warnings: target.warnings.map(sanitizeLine),
    reuse: end?.reuse && (end.reuse.kind === "incremental" ? "incremental" : `clean: ${end.reuse.reason}`),
    pushed: end?.pushed ?? target.pushed,
    imageId: end?.imageId,
    imageSize: end?.imageSize,
    failures: failures.map((failure) => failurePart(failure, cwd)),
    errorLine: end?.errorLine === undefined ? undefined : sanitizeLine(end.errorLine),
    output: hasOutput ? shortenOutput(target.output, kept) : NO_OUTPUT,
    log: log === undefined ? undefined : formatFile(log, cwd),
  };
}

function failurePart(failure: Failure, cwd: string): PageFailure {
  const { detail, frame, hint, location, subject, summary } = describeInWords(failure, cwd);
  const place = location === undefined ? undefined : sanitizeLine(formatLocation(location, cwd));
  return { detail, frame, hint, place, subject, summary };
}

function buildsPart({ watch }: SessionView): readonly PageBuild[] {
  return watch.builds.map(({ at, duration, outcome, reason, target }) => ({
    target,
    outcome,
    at,
    duration,
    reason: sanitizeLine(reason),
  }));
}
