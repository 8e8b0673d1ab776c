// Events of sessions for the tests of the view, and what a view can be asked.
import type { Outcome, SessionEvent, TargetFinished } from "../src/execute/event.ts";
import { foldSession, type SessionView } from "../src/view/session-view.ts";

export const target = (name: string) => ({ name, kind: "app", tag: `acme/${name}`, dependsOn: [] }) as const;

export function start(names: readonly string[]): SessionEvent {
  const targets = names.map(target);
  return { type: "session-started", schemaVersion: 1, at: 0, session: "s", concurrency: 2, targets };
}

export const begin = (name: string, at: number): SessionEvent => ({
  type: "target-started",
  at,
  target: name,
  reason: "source changed",
  causes: [],
});
export const startStep = (
  name: string,
  at: number,
  step: "pull-image" | "run-script" | "push-image" = "run-script",
): SessionEvent => ({ type: "step-started", at, target: name, step, title: `${step} of ${name}` });
export const finishStep = (name: string, at: number): SessionEvent => ({
  type: "step-finished",
  at,
  target: name,
  step: "run-script",
  duration: 5,
});
export const print = (name: string, text: string): SessionEvent => ({
  type: "target-output",
  at: 1,
  target: name,
  stream: "stdout",
  text,
});
export const finish = (name: string, at: number, outcome: Outcome = "built"): TargetFinished => ({
  type: "target-finished",
  at,
  target: name,
  outcome,
  reason: outcome,
  duration: 10,
});
export const end = (at: number): SessionEvent => ({
  type: "session-finished",
  at,
  session: "s",
  duration: at,
  outcomes: { built: 0, "up-to-date": 0, restored: 0, failed: 0, skipped: 0, cancelled: 0 },
  criticalPath: [],
  criticalDuration: 0,
  failures: [],
});

export function viewOf(events: Iterable<SessionEvent>): SessionView {
  const { apply, view } = foldSession();
  for (const event of events) apply(event);
  return view;
}

/** All that can be read, as plain data. */
export function copy(view: SessionView): unknown {
  const { ended, end, running, started, targets, warnings, watch } = view;
  const plain = [...targets.values()].map(({ name, kind, tag, dependsOn, ...rest }) => {
    const { output } = targets.get(name) ?? {};
    return { name, kind, tag, dependsOn, ...rest, output };
  });
  return structuredClone({
    started,
    targets: plain,
    running: [...running.keys()],
    ended: Object.entries(ended).map(([outcome, results]) => [outcome, [...results]]),
    warnings,
    end,
    watch: {
      changes: [...watch.changes],
      failing: [...watch.failing],
      made: [...watch.made],
      configFailures: watch.configFailures,
      engineLostAt: watch.engineLostAt,
      idle: watch.idle,
      command: watch.command,
    },
  });
}
