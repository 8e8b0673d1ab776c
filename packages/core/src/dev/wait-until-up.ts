// Whether a container that was started comes up: by its probe, or without one because it goes on running.
import type { DevProbe } from "../definition/dev-settings.ts";
import type { Ended } from "./dev-container.ts";
import type { Address, AskProbe, DevClock } from "./dev-ports.ts";

/** Milliseconds for which a container without a probe must run. Failures at its start have happened by then. */
export const SETTLING_TIME = 1000;

/** Milliseconds that one answer may take. */
const ANSWER_LIMIT = 5000;

export type Readiness =
  | { readonly kind: "up" }
  | { readonly kind: "ended"; readonly ended: Ended }
  /** `reason` follows the container: "did not answer …". */
  | { readonly kind: "late"; readonly reason: string };

/** Rejects with the signal's reason. */
export async function waitUntilUp({
  address,
  ask,
  clock,
  ended,
  probe,
  signal,
}: {
  readonly probe: DevProbe | undefined;
  /** Of the probe's port; undefined when it is not published after all. */
  readonly address: Address | undefined;
  readonly ask: AskProbe;
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
        : askUntilUp({ address, ask, clock, probe, signal: either });
    // It is given up below, and nobody may be listening any more.
    looking.catch(() => {});
    return await Promise.race([end, looking]);
  } finally {
    over.abort();
  }
}

async function askUntilUp({
  address,
  ask,
  clock,
  probe,
  signal,
}: {
  readonly probe: DevProbe;
  readonly address: Address | undefined;
  readonly ask: AskProbe;
  readonly clock: DevClock;
  readonly signal: AbortSignal;
}): Promise<Readiness> {
  const deadline = clock.now() + probe.timeout;
  const question = probe.kind === "http" ? `GET ${probe.path}` : "a connection";
  for (;;) {
    const left = deadline - clock.now();
    const problem =
      address === undefined
        ? `port ${probe.port} is not published`
        : await askOnce({
            address,
            ask,
            clock,
            probe,
            signal,
            limit: Math.min(ANSWER_LIMIT, Math.max(1, left)),
          });
    if (problem === undefined) return { kind: "up" };
    if (clock.now() + probe.interval >= deadline) {
      const reason = `did not answer ${question} on port ${probe.port} within ${probe.timeout / 1000} s: ${problem}`;
      return { kind: "late", reason };
    }
    await wait(clock, probe.interval, signal);
  }
}

async function askOnce({
  address,
  ask,
  clock,
  limit,
  probe,
  signal,
}: {
  readonly probe: DevProbe;
  readonly address: Address;
  readonly ask: AskProbe;
  readonly clock: DevClock;
  readonly signal: AbortSignal;
  readonly limit: number;
}): Promise<string | undefined> {
  const late = new AbortController();
  const cancel = clock.after(limit, () => late.abort());
  try {
    return await ask(probe, address, AbortSignal.any([signal, late.signal]));
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
