// Recorded-looking sessions for the renderers' tests.
import {
  foldSession,
  type Outcome,
  type SessionEvent,
  type SessionView,
  type TargetFinished,
} from "@sti/core";
import type { Renderer } from "../src/render/renderer.ts";

/** A stream that keeps its written text. */
export function createRecordingOutput(size: { columns?: number; rows?: number; isTTY?: boolean } = {}) {
  const writes: string[] = [];
  return {
    ...size,
    writableNeedDrain: false,
    writes,
    write(text: string) {
      writes.push(text);
      return true;
    },
    text: () => writes.join(""),
  };
}

/** A renderer with a session view of its own, which takes each event first, as in a real session. */
export function createWithView<Made extends Renderer>(create: (session: SessionView) => Made): Made {
  const { apply, view } = foldSession();
  const renderer = create(view);
  const render = (event: SessionEvent) => {
    apply(event);
    renderer.render(event);
  };
  return { ...renderer, render };
}

export function viewOf(events: Iterable<SessionEvent>): SessionView {
  const { apply, view } = foldSession();
  for (const event of events) apply(event);
  return view;
}

export interface FakeSession {
  readonly names: readonly string[];
  readonly concurrency: number;
  /** Outcomes other than "built", by name. */
  readonly outcomes?: Readonly<Record<string, Outcome>>;
}

/** Starts as many targets as may run, finishes the oldest, starts the next, and so on. */
export function fakeSession({ names, concurrency, outcomes = {} }: FakeSession): readonly SessionEvent[] {
  let at = 1_000_000;
  const events: SessionEvent[] = [];
  const emit = (event: SessionEvent) => events.push(event);
  const tick = () => {
    at += 100;
    return at;
  };
  emit({
    type: "session-started",
    schemaVersion: 1,
    at,
    session: "s",
    concurrency,
    targets: names.map((name) => ({ name, kind: "app", tag: `acme/${name}:dev`, dependsOn: [] })),
  });
  const start = (name: string) => {
    emit({ type: "target-started", at: tick(), target: name, reason: "source changed", causes: [] });
    emit({ type: "step-started", at: tick(), target: name, step: "pull-image", title: "pull acme/builder" });
    emit({ type: "step-progress", at, target: name, step: "pull-image", current: 5e6, total: 3e7 });
    emit({ type: "step-finished", at: tick(), target: name, step: "pull-image", duration: 100 });
    emit({ type: "step-started", at, target: name, step: "run-script", title: "prepare on acme/builder" });
    emit({
      type: "target-output",
      at: tick(),
      target: name,
      stream: "stdout",
      text: `\u001b[32m${name}\u001b[0m 日本語の出力 👩‍👩‍👧 ${"x".repeat(300)}`,
    });
  };
  const finish = (name: string) => emit(fakeFinish(name, outcomes[name] ?? "built", tick()));
  for (const [index, name] of names.entries()) {
    if (index >= concurrency) finish(names[index - concurrency] ?? "");
    start(name);
  }
  for (const name of names.slice(Math.max(0, names.length - concurrency))) finish(name);
  const count = (outcome: Outcome) => names.filter((name) => (outcomes[name] ?? "built") === outcome).length;
  emit({
    type: "session-finished",
    at: tick(),
    session: "s",
    duration: at - 1_000_000,
    outcomes: {
      built: count("built"),
      "up-to-date": count("up-to-date"),
      restored: count("restored"),
      failed: count("failed"),
      skipped: count("skipped"),
      cancelled: count("cancelled"),
    },
    criticalPath: names.slice(0, 2),
    criticalDuration: 400,
    failures: [],
  });
  return events;
}

const ERROR = "\u001b[31merror: no such module\u001b[0m";

export function fakeFinish(name: string, outcome: Outcome, at: number): TargetFinished {
  const finished = { type: "target-finished", at, target: name, outcome, duration: 400 } as const;
  if (outcome === "skipped") return { ...finished, reason: "needs api, which failed", duration: 0 };
  if (outcome !== "failed") return { ...finished, reason: "source changed" };
  return {
    ...finished,
    reason: "prepare exited with 1",
    errorLine: ERROR,
    lastLines: ["compiling", ERROR],
    failure: {
      code: "script-failed",
      target: name,
      path: ["apps", name],
      location: { file: "/repo/sti.config.ts", line: 12, column: 5 },
      image: "acme/builder",
      script: "/usr/bin/prepare",
      exitCode: 1,
      outOfMemory: false,
      incremental: false,
    },
  };
}
