// The frame of a script: signals become an AbortSignal, expected errors one plain message and an exit code.

/** An end that was foreseen: its message is for the person at the terminal, no stack is shown. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Abort reason of a script's AbortSignal. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.signal = signal;
  }
}

const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Runs `main` and ends the process with its exit code. A signal aborts `main`'s signal and waits for it to clean up. */
export async function runScript(main: (signal: AbortSignal) => Promise<number>): Promise<void> {
  const abort = new AbortController();
  let signalled: keyof typeof signalCodes | undefined;
  for (const name of Object.keys(signalCodes) as (keyof typeof signalCodes)[]) {
    process.on(name, () => {
      signalled ??= name;
      abort.abort(new Interrupted(name));
    });
  }
  try {
    process.exitCode = await main(abort.signal);
  } catch (error) {
    if (signalled === undefined && !(error instanceof ScriptError)) throw error;
    if (signalled === undefined && error instanceof ScriptError) {
      process.stderr.write(`${error.message}\n`);
      process.exitCode = error.exitCode;
    }
  }
  if (signalled !== undefined) process.exitCode = signalCodes[signalled];
}
