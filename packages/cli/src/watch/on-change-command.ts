// Runs the command of --exec after each change, one at a time, with what changed in its environment. What
// it prints and how it ends are events; it never ends the watch.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { OnBusy, SessionEvent, WatchIdle } from "@sti/core";

export interface OnChangeCommandOptions {
  /** For the shell. */
  readonly command: string;
  /** Treatment of a command that still runs: it is ended and restarted, or it may finish and runs once more. */
  readonly onBusy: OnBusy;
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly emit: (event: SessionEvent) => void;
  readonly clock: { readonly now: () => number };
}

export interface OnChangeCommand {
  /**
   * Runs the command where nothing failed and there are new images, and the first time in any case. It gets all that
   * are new since it ran to its end. Resolves when nothing runs any more.
   */
  follow(idle: Pick<WatchIdle, "changed" | "failed">): Promise<void>;
  /** Ends what runs, and resolves when it has ended. Nothing is run afterwards. */
  close(): Promise<void>;
}

/** Time for a command to end by itself, in milliseconds. */
const GRACE = 5000;

export function createOnChangeCommand(options: OnChangeCommandOptions): OnChangeCommand {
  let running:
    | { readonly changed: readonly string[]; readonly ended: Promise<void>; end(): void }
    | undefined;
  /** Names that no command has got yet that ran to its end. */
  const news = new Set<string>();
  let isFirst = true;
  let isWaiting = false;
  let isClosed = false;

  const start = () => {
    isFirst = false;
    isWaiting = false;
    const changed = [...news];
    news.clear();
    const { end, ended } = startProcess(changed, options);
    running = {
      changed,
      end,
      ended: ended.then(() => {
        running = undefined;
        if (isWaiting && !isClosed) start();
      }),
    };
  };
  const idle = async () => {
    while (running !== undefined) await running.ended;
  };
  return {
    async follow({ changed, failed }) {
      for (const target of changed) news.add(target);
      if (isClosed || failed.length > 0 || (news.size === 0 && !isFirst)) return;
      if (running === undefined) start();
      else {
        isWaiting = true;
        if (options.onBusy === "restart") {
          for (const target of running.changed) news.add(target);
          running.end();
        }
      }
      await idle();
    },
    async close() {
      isClosed = true;
      running?.end();
      await idle();
    },
  };
}

/** In a process group of its own, so that the shell's children end with it. */
function startProcess(
  changed: readonly string[],
  { command, cwd, env, emit, clock }: OnChangeCommandOptions,
) {
  const startedAt = clock.now();
  emit({ type: "command-started", at: startedAt, command, changed });
  const child = spawn(command, {
    shell: true,
    cwd,
    env: { ...env, STI_CHANGED: changed.join(" ") },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  for (const stream of ["stdout", "stderr"] as const) {
    const lines = createInterface({ input: child[stream], crlfDelay: Number.POSITIVE_INFINITY });
    lines.on("line", (text) => emit({ type: "command-output", at: clock.now(), stream, text }));
  }
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  let killing: NodeJS.Timeout | undefined;
  const finish = (how: {
    readonly exitCode?: number;
    readonly signal?: string;
    readonly message?: string;
  }) => {
    clearTimeout(killing);
    const at = clock.now();
    emit({ type: "command-finished", at, duration: at - startedAt, ...how });
    resolve();
  };
  // The only event of a shell that cannot be started.
  child.once("error", ({ message }) => finish({ message }));
  child.once("close", (code, signal) => {
    if (child.pid !== undefined) finish(code === null ? { signal: signal ?? "" } : { exitCode: code });
  });
  const signalGroup = (signal: NodeJS.Signals) => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch (error) {
      // The last of the group has ended meanwhile.
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };
  return {
    ended,
    end() {
      if (killing !== undefined) return;
      signalGroup("SIGTERM");
      killing = setTimeout(() => signalGroup("SIGKILL"), GRACE);
    },
  };
}
