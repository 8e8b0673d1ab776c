// A file that a renderer writes to. Its errors never stop the session: they are reported at the end.
import { closeSync, openSync, writeSync } from "node:fs";
import type { Output } from "./renderer.ts";

export interface FileOutput extends Output {
  /** Writes the rest. */
  close(): void;
  /** The first error, if any. */
  readonly problem: () => string | undefined;
}

/** Characters that wait to be written together. */
const BUFFERED = 64 * 1024;
/** Milliseconds of delay before text is written: readers that follow the file see it soon. */
const LONGEST_WAIT = 200;

/** Opened, and emptied unless it is to be appended to, with the first write; `opened`: it is open already. */
export function createFileOutput(
  file: string,
  { append = false, opened }: { readonly append?: boolean; readonly opened?: number } = {},
): FileOutput {
  let handle = opened;
  let waiting = "";
  let timer: NodeJS.Timeout | undefined;
  let problem: string | undefined;
  const guarded = (work: () => void) => {
    if (problem !== undefined) return;
    try {
      work();
    } catch (error) {
      problem = (error as Error).message;
    }
  };
  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    guarded(() => {
      handle ??= openSync(file, append ? "a" : "w");
      for (let bytes = Buffer.from(waiting); bytes.length > 0; ) {
        bytes = bytes.subarray(writeSync(handle, bytes));
      }
      waiting = "";
    });
  };
  return {
    write(text) {
      waiting += text;
      if (problem !== undefined) waiting = "";
      else if (waiting.length >= BUFFERED) flush();
      else timer ??= setTimeout(flush, LONGEST_WAIT).unref();
    },
    close() {
      clearTimeout(timer);
      if (waiting !== "" || handle !== undefined) flush();
      const opened = handle;
      handle = undefined;
      if (opened !== undefined) guarded(() => closeSync(opened));
    },
    problem: () => problem,
  };
}
