// Signals: the first asks the session to stop and clean up, the second ends the process at once.

export interface Interruption {
  readonly signal: AbortSignal;
  /** 128 plus the number of the signal that came first; undefined while none has come. */
  readonly exitCode: () => number | undefined;
  /** Gives the signals their usual effect back. */
  readonly dispose: () => void;
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Name = keyof typeof SIGNAL_NUMBERS;

/** Milliseconds. One press of Ctrl-C may arrive twice: from the terminal, and from npx or another program above. */
const SAME_PRESS = 300;

/** `onFirst` is called once, when stopping begins; `onSecond` before the process ends without more ado. */
export function listenForInterrupts(onFirst: (name: string) => void, onSecond: () => void): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let firstAt: number | undefined;
  const listeners = (Object.keys(SIGNAL_NUMBERS) as Name[]).map((name) => {
    const listener = () => {
      exitCode ??= 128 + SIGNAL_NUMBERS[name];
      if (firstAt === undefined) {
        firstAt = performance.now();
        onFirst(name);
        controller.abort(new Error(`stopped by ${name}`));
      } else if (performance.now() - firstAt >= SAME_PRESS) {
        onSecond();
        process.exit(exitCode);
      }
    };
    process.on(name, listener);
    return [name, listener] as const;
  });
  return {
    signal: controller.signal,
    exitCode: () => exitCode,
    dispose: () => {
      for (const [name, listener] of listeners) process.off(name, listener);
    },
  };
}
