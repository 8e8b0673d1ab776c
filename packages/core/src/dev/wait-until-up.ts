// Whether a container that was started comes up: by its probe, or without one because it goes on running.
import type { DevProbe } from "../definition/dev-settings.ts";
import type { Ended } from "./dev-container.ts";
import type { DevClock } from "./dev-ports.ts";
import { describeProbe } from "./probes.ts";

/** Milliseconds for which a container without a probe must run. Failures at its start have happened by then. */
export const SETTLING_TIME = 1000;

/** Milliseconds that one answer may take. */
const ANSWER_LIMIT = 5000;

export type Readiness =
  | { readonly kind: "up" }
  | { readonly kind: "ended"; readonly ended: Ended }
  /** `reason` follows the container: "did not answer …". */
  | { readonly kind: "late"; readonly reason: string };

/** Resolves to why it is not up, undefined if it is. Rejects only when aborted. */
type AskContainer = (signal: AbortSignal) => Promise<string | undefined>;

/** Rejects with the signal's reason. */
export async function waitUntilUp({
  ask,
  clock,
  ended,
  onProblem,
  probe,
  signal,
}: {
  readonly probe: DevProbe | undefined;
  /** Called for an answer that says why it is not up, unless the answer before said the same. */
  readonly onProblem: (problem: string) => void;
  /** Asks the container what the probe asks. */
  readonly ask: AskContainer;
  readonly clock: DevClock;
  readonly ended: Promise<Ended>;
  readonly signal: AbortSignal;
}): Promise<Readiness> {
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const end = ended.then((how): Readiness => ({ kind: "ended", ended: how }));
  try {
    const looking =
      probe === undefined
        ? wait(clock, SETTLING_TIME, either).then((): Readiness => ({ kind: "up" }))
        : askUntilUp({ ask, clock, onProblem, probe, signal: either });
    // It is given up below, and nobody may be listening any more.
    looking.catch(() => {});
    return await Promise.race([end, looking]);
  } finally {
    over.abort();
  }
}

async function askUntilUp({
  ask,
  clock,
  onProblem,
  probe,
  signal,
}: {
  readonly probe: DevProbe;
  readonly onProblem: (problem: string) => void;
  readonly ask: AskContainer;
  readonly clock: DevClock;
  readonly signal: AbortSignal;
}): Promise<Readiness> {
  const deadline = clock.now() + probe.timeout;
  let last: string | undefined;
  for (;;) {
    const left = deadline - clock.now();
    const limit = Math.min(ANSWER_LIMIT, Math.max(1, left));
    const problem = await askOnce({ ask, clock, signal, limit });
    if (problem === undefined) return { kind: "up" };
    if (problem !== last) onProblem(problem);
    last = problem;
    if (clock.now() + probe.interval >= deadline) {
      const within = `within ${probe.timeout / 1000} s: ${problem}`;
      return { kind: "late", reason: `${describeSilence(probe)} ${within}` };
    }
    await wait(clock, probe.interval, signal);
  }
}

function describeSilence(probe: DevProbe): string {
  return `did not ${probe.kind === "command" ? "pass" : "answer"} ${describeProbe(probe)}`;
}

async function askOnce({
  ask,
  clock,
  limit,
  signal,
}: {
  readonly ask: AskContainer;
  readonly clock: DevClock;
  readonly limit: number;
  readonly signal: AbortSignal;
}): Promise<string | undefined> {
  const late = new AbortController();
  const cancel = clock.after(limit, () => late.abort());
  try {
    return await ask(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    signal.throwIfAborted();
    if (late.signal.aborted) return `no answer in ${limit / 1000} s`;
    throw error;
  } finally {
    cancel();
  }
}

async function wait(clock: DevClock, milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = clock.after(milliseconds, resolve);
  const onAbort = () => {
    cancel();
    reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    await promise;
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
