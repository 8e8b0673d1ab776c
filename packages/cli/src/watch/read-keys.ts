// Keys of a terminal, one by one: raw mode while they are read, and the terminal as it was at every end: when it is
// closed, suspended, or the process exits in any way that lets it. The keys' actions are in render/watch/watch-ui.ts.
import { emitKeypressEvents } from "node:readline";
import { readSmallFileSync } from "@sti/files";
import type { Key } from "../render/watch/watch-ui.ts";

export interface KeyReaderOptions {
  readonly input: NodeJS.ReadStream;
  readonly onKey: (key: Key) => void;
  /** Before the process stops, e.g. by Ctrl-Z. */
  readonly onSuspend: () => void;
  /** After the process continues. */
  readonly onResume: () => void;
}

export interface KeyReader {
  /** Whether keys are read at all: not without a terminal, nor in the background of one. */
  readonly isReading: boolean;
  /** Stops the process as Ctrl-Z does where keys are not read. */
  suspend(): void;
  close(): void;
}

export function readKeys(options: KeyReaderOptions): KeyReader {
  const { input } = options;
  if (input.isTTY !== true) return { isReading: false, suspend() {}, close() {} };
  let isRaw = false;
  let closed = false;

  const setRaw = (raw: boolean) => {
    if (isRaw === raw) return;
    try {
      input.setRawMode(raw);
      isRaw = raw;
    } catch (error) {
      // The terminal is gone, and nothing needs to be given back.
      if (!isGone(error)) throw error;
      isRaw = false;
    }
  };
  const begin = () => {
    // A background process that changes its terminal is stopped.
    if (closed || !isForeground()) return;
    setRaw(true);
    input.resume();
  };
  const pause = () => {
    setRaw(false);
    input.pause();
  };
  const onKeypress = (text: string | undefined, key: Key) => options.onKey({ ...key, text });
  const onSuspend = () => {
    options.onSuspend();
    pause();
    process.kill(process.pid, "SIGSTOP");
  };
  const onContinue = () => {
    begin();
    options.onResume();
  };
  const onError = (error: unknown) => {
    if (!isGone(error)) throw error;
    close();
  };
  const onExit = () => setRaw(false);
  const close = () => {
    if (closed) return;
    closed = true;
    input.off("keypress", onKeypress);
    input.off("end", close);
    process.off("SIGTSTP", onSuspend);
    process.off("SIGCONT", onContinue);
    process.off("exit", onExit);
    pause();
    // An error of a terminal that goes away may still be on its way.
  };

  emitKeypressEvents(input);
  input.on("keypress", onKeypress);
  input.on("end", close);
  input.on("error", onError);
  process.on("SIGTSTP", onSuspend);
  process.on("SIGCONT", onContinue);
  process.on("exit", onExit);
  begin();
  return {
    get isReading() {
      return isRaw;
    },
    // As the terminal would: everything that runs in its foreground stops.
    suspend: () => void process.kill(0, "SIGTSTP"),
    close,
  };
}

function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "EIO" || code === "ENOTTY" || code === "EBADF" || code === "ENXIO";
}

/** Whether this process may read the terminal; assumed if the system does not report it. */
function isForeground(): boolean {
  let stat: string;
  try {
    stat = readSmallFileSync("/proc/self/stat", { limit: 64 * 1024 }).toString();
  } catch {
    return true;
  }
  // After the name, which may hold anything: state, parent, group, session, terminal, the terminal's group.
  const [, , group, , , foreground] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return group === foreground;
}
