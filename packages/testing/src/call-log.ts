// The fake engine's record of calls, and the gate at which a test can hold them. Knows no operation by itself.
import type { Engine } from "@sti/core";

export type Operation = keyof Engine;

export interface RecordedCall {
  readonly operation: Operation;
  readonly args: readonly unknown[];
}

/** A call that waits until the test lets it go on, or fails it. */
export interface HeldCall extends RecordedCall {
  continue(): void;
  /** The engine does nothing and the call rejects with `error`. */
  fail(error: Error): void;
}

/** Calls to one operation, held since `hold` was called. */
export interface Hold {
  /** The next call that no `next` has returned yet, in order of arrival. */
  next(): Promise<HeldCall>;
  /** Number of calls that have arrived and that no `next` has returned yet. */
  readonly waiting: number;
  /** Lets all waiting calls go on and holds no more. */
  release(): void;
}

export interface CallLog {
  readonly calls: readonly RecordedCall[];
  /** Number of calls, of one operation or of all. */
  count(operation?: Operation): number;
  hold(operation: Operation): Hold;
  /** Records a call and resolves when it may act. Rejects with the signal's reason as soon as that is aborted. */
  enter(operation: Operation, args: readonly unknown[], signal: AbortSignal | undefined): Promise<void>;
}

export function createCallLog(): CallLog {
  const calls: RecordedCall[] = [];
  const gates = new Map<Operation, Gate>();
  return {
    calls,
    count: (operation) =>
      operation === undefined ? calls.length : calls.filter((call) => call.operation === operation).length,
    hold(operation) {
      const gate: Gate = { arrived: [], awaited: [] };
      gates.set(operation, gate);
      return {
        next() {
          const call = gate.arrived.shift();
          if (call !== undefined) return Promise.resolve(call);
          const { promise, resolve } = Promise.withResolvers<HeldCall>();
          gate.awaited.push(resolve);
          return promise;
        },
        get waiting() {
          return gate.arrived.length;
        },
        release() {
          if (gates.get(operation) === gate) gates.delete(operation);
          for (const call of gate.arrived.splice(0)) call.continue();
        },
      };
    },
    async enter(operation, args, signal) {
      signal?.throwIfAborted();
      const call = { operation, args };
      calls.push(call);
      const gate = gates.get(operation);
      // Real answers never come in the same turn either.
      await (gate === undefined ? undefined : untilAborted(passGate(gate, call), signal));
      signal?.throwIfAborted();
    },
  };
}

/** Settles as `work` does, or rejects with the signal's reason, whichever comes first. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await work;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

interface Gate {
  readonly arrived: HeldCall[];
  readonly awaited: ((call: HeldCall) => void)[];
}

function passGate(gate: Gate, call: RecordedCall): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const held: HeldCall = { ...call, continue: resolve, fail: reject };
  const awaiting = gate.awaited.shift();
  if (awaiting === undefined) gate.arrived.push(held);
  else awaiting(held);
  return promise;
}
