// One target of a session view: its steps, warnings and output, and how it ended last.
import type {
  PushedImage,
  StepFinished,
  StepKind,
  StepProgress,
  StepStarted,
  TargetFinished,
  TargetStarted,
} from "../execute/event.ts";
import type { SessionTarget } from "../execute/event-fields.ts";
import { type OutputTail, TailCollector } from "./output-tail.ts";

/** Live: later events change it, and append to its lists. */
export interface TargetView extends SessionTarget {
  /** Milliseconds since 1970; undefined while nothing is done for it. */
  readonly runningSince: number | undefined;
  /** The start of its last build; undefined if there was none. */
  readonly build: TargetStarted | undefined;
  /** The step that runs. */
  readonly step: RunningStep | undefined;
  /** Ended steps of its last attempt, in their order; a push of all targets together comes after its end. */
  readonly steps: readonly EndedStep[];
  readonly warnings: readonly string[];
  /** Of the work that runs: the start of the last line of output that was not blank; foreign text. */
  readonly lastLine: string | undefined;
  /** The last lines that its last build printed; foreign text. */
  readonly output: OutputTail;
  /** Result of its last attempt; undefined before it, and while the target is built again. */
  readonly end: TargetFinished | undefined;
  readonly pushed: PushedImage | undefined;
}

export interface RunningStep {
  readonly kind: StepKind;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Bytes, e.g. of a pull. */
  readonly progress: { readonly current: number; readonly total: number } | undefined;
}

export interface EndedStep {
  readonly kind: StepKind;
  readonly title: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds. */
  readonly duration: number;
  /** False: it failed or was stopped. */
  readonly succeeded: boolean;
}

/** Wider than any terminal, also with many escape sequences; a line can be far longer. */
const LONGEST_LINE = 4096;

const NO_OUTPUT: OutputTail = { lines: [], left: 0 };

/** A target view that events change. */
export class TargetState implements TargetView {
  readonly name: string;
  kind: SessionTarget["kind"];
  tag: string;
  dependsOn: readonly string[];
  runningSince: number | undefined;
  build: TargetStarted | undefined;
  step: RunningStep | undefined;
  steps: EndedStep[] = [];
  warnings: string[] = [];
  lastLine: string | undefined;
  end: TargetFinished | undefined;
  pushed: PushedImage | undefined;
  #tail: TailCollector | undefined;

  constructor({ dependsOn, kind, name, tag }: SessionTarget) {
    this.name = name;
    this.kind = kind;
    this.tag = tag;
    this.dependsOn = dependsOn;
  }

  /** A new config may define it in another way. */
  define({ dependsOn, kind, tag }: SessionTarget): void {
    this.kind = kind;
    this.tag = tag;
    this.dependsOn = dependsOn;
  }

  get output(): OutputTail {
    return this.#tail?.read() ?? NO_OUTPUT;
  }

  start(event: TargetStarted): void {
    this.#beginAttempt();
    this.#run(event.at);
    if (this.build !== undefined) this.#tail = undefined;
    this.build = event;
  }

  startStep({ at, step, title }: StepStarted): void {
    if (step !== "push-image" && step !== "attest-image") this.#beginAttempt();
    // A pull may come before a target starts, a push after it has finished.
    if (this.runningSince === undefined) this.#run(at);
    this.step = { kind: step, title, startedAt: at, progress: undefined };
  }

  progress({ current, total }: StepProgress): void {
    if (this.step !== undefined) this.step = { ...this.step, progress: { current, total } };
  }

  finishStep({ duration }: StepFinished): void {
    if (this.step === undefined) return;
    this.#endStep(this.step, { duration, succeeded: true });
  }

  /** A step that did not succeed ends with its target, or with the session. */
  stopStep(at: number): void {
    if (this.step === undefined) return;
    this.#endStep(this.step, { duration: at - this.step.startedAt, succeeded: false });
  }

  print(text: string): void {
    this.#tail ??= new TailCollector();
    this.#tail.add(text);
    if (this.runningSince !== undefined && text.trim() !== "") this.lastLine = text.slice(0, LONGEST_LINE);
  }

  /** Returns its output, to be shortened once it is no longer of interest. */
  finish(event: TargetFinished): TailCollector | undefined {
    this.stopStep(event.at);
    this.end = event;
    this.rest();
    return this.#tail;
  }

  rest(): void {
    this.runningSince = undefined;
    this.lastLine = undefined;
  }

  #run(at: number): void {
    this.runningSince = at;
    this.lastLine = undefined;
  }

  #beginAttempt(): void {
    if (this.end === undefined) return;
    this.end = undefined;
    this.pushed = undefined;
    this.steps = [];
    this.warnings = [];
  }

  #endStep({ kind, startedAt, title }: RunningStep, end: Pick<EndedStep, "duration" | "succeeded">): void {
    this.steps.push({ kind, title, startedAt, ...end });
    this.step = undefined;
  }
}
