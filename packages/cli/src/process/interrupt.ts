// Signals: the first asks the session to stop and clean up, the third ends the process at once.

export interface Interruption {
  readonly signal: AbortSignal;
  /** 128 plus the number of the signal that came first; undefined while none has come. */
  readonly exitCode: () => number | undefined;
  /** Gives the signals their usual effect back. */
  readonly dispose: () => void;
}

const SIGNAL_NUMBERS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Name = keyof typeof SIGNAL_NUMBERS;

/** `onFirst` is called once, when stopping begins. */
export function listenForInterrupts(onFirst: (name: string) => void): Interruption {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let count = 0;
  const listeners = (Object.keys(SIGNAL_NUMBERS) as Name[]).map((name) => {
    const listener = () => {
      count += 1;
      exitCode ??= 128 + SIGNAL_NUMBERS[name];
      if (count === 1) {
        onFirst(name);
        controller.abort(new Error(`stopped by ${name}`));
      } else if (count >= 3) {
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
