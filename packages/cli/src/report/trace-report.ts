// The report for trace viewers: Chrome's trace event format, which Perfetto and chrome://tracing open. Each slot of
// the session is a thread; targets lie in it one after the other, their steps within them.
import type { SessionReport, TargetReport } from "./session-report.ts";

/** Times in microseconds since the session's start. */
type TraceEvent =
  | {
      readonly ph: "X";
      readonly pid: number;
      readonly tid: number;
      readonly ts: number;
      readonly dur: number;
      readonly name: string;
      readonly cat: string;
      readonly args: Readonly<Record<string, unknown>>;
    }
  | {
      readonly ph: "M";
      readonly pid: number;
      readonly tid: number;
      readonly name: string;
      readonly args: Readonly<Record<string, unknown>>;
    };

const PID = 1;

export function printTraceReport(report: SessionReport): string {
  return `${JSON.stringify(toTrace(report))}\n`;
}

/** The file of `--report trace`. */
export interface Trace {
  readonly traceEvents: readonly TraceEvent[];
  readonly displayTimeUnit: "ms";
  /** `startedAt`: ISO 8601, UTC. */
  readonly otherData: { readonly session: string; readonly startedAt: string };
}

export function toTrace(report: SessionReport): Trace {
  const { concurrency, criticalPath, session, startedAt } = report;
  const since = (time: number) => (time - startedAt) * 1000;
  const isCritical = new Set(criticalPath);
  const spans = report.targets.flatMap((target) => spansOf(target)).sort((a, b) => a.from - b.from);
  const slots = assignSlots(spans);
  const traceEvents: TraceEvent[] = [
    { ph: "M", pid: PID, tid: 0, name: "process_name", args: { name: `sti run, ${concurrency} at a time` } },
  ];
  for (let slot = 1; slot <= Math.max(0, ...slots); slot += 1) {
    traceEvents.push(
      { ph: "M", pid: PID, tid: slot, name: "thread_name", args: { name: `slot ${slot}` } },
      { ph: "M", pid: PID, tid: slot, name: "thread_sort_index", args: { sort_index: slot } },
    );
  }
  for (const [index, { from, steps, target, to }] of spans.entries()) {
    const common = { ph: "X" as const, pid: PID, tid: slots[index] ?? 0 };
    const { imageId, kind, name, outcome, reason, tag } = target;
    const args = { outcome, reason, kind, tag, imageId, critical: isCritical.has(name) };
    traceEvents.push({ ...common, ts: since(from), dur: (to - from) * 1000, name, cat: "target", args });
    for (const step of steps) {
      traceEvents.push({
        ...common,
        ts: since(step.startedAt),
        dur: step.duration * 1000,
        name: step.title,
        cat: step.kind,
        args: { target: name, succeeded: step.succeeded },
      });
    }
  }
  return {
    traceEvents,
    displayTimeUnit: "ms",
    otherData: { session, startedAt: new Date(startedAt).toISOString() },
  };
}

interface Span {
  readonly target: TargetReport;
  readonly from: number;
  readonly to: number;
  readonly steps: TargetReport["steps"];
}

/** The target itself, and the work for it after it had ended. */
function spansOf(target: TargetReport): readonly Span[] {
  const { duration, startedAt, steps } = target;
  if (startedAt === undefined) return [];
  const end = startedAt + duration;
  const within = steps.filter((step) => step.startedAt < end || step.startedAt + step.duration <= end);
  const later = steps.filter((step) => !within.includes(step));
  return [
    { target, from: startedAt, to: end, steps: within },
    ...later.map((step) => ({
      target,
      from: step.startedAt,
      to: step.startedAt + step.duration,
      steps: [step],
    })),
  ];
}

/** For each span, in the order of their starts, the first slot that is free; counted from 1. */
function assignSlots(spans: readonly Span[]): readonly number[] {
  const freeFrom: number[] = [];
  return spans.map(({ from, to }) => {
    const free = freeFrom.findIndex((time) => time <= from);
    const slot = free === -1 ? freeFrom.length : free;
    freeFrom[slot] = to;
    return slot + 1;
  });
}
