// Writes what each target prints to a file of its own, so that nothing is lost of what a screen has no room for. Of a
// target that prints without end, the middle is left out.
import type { SessionEvent } from "@sti/core";
import type { LogFolder } from "../project/log-folder.ts";
import { capOutput, type OutputLimits } from "./capped-output.ts";
import { createFileOutput, type FileOutput } from "./file-output.ts";
import type { LogOf } from "./print-failure.ts";
import type { Renderer } from "./renderer.ts";

/** Of one file. The end is held in memory for each target that has filled the start. */
export const LOG_LIMITS: OutputLimits = { head: 64 * 1024 ** 2, tail: 16 * 1024 ** 2 };

export interface LogFiles extends Renderer {
  readonly logOf: LogOf;
}

/** The file of an earlier session goes when its target prints again. */
export function createLogFiles(folder: LogFolder, limits: OutputLimits = LOG_LIMITS): LogFiles {
  const open = new Map<string, Pick<FileOutput, "write" | "close">>();
  const written = new Map<string, string>();
  const start = (target: string) => {
    const opened = folder.open(`${target}.log`);
    const output =
      opened === undefined
        ? NOWHERE
        : capOutput(createFileOutput(opened.file, { opened: opened.descriptor }), limits);
    if (opened !== undefined) written.set(target, opened.file);
    open.set(target, output);
    return output;
  };
  return {
    logOf: (target) => written.get(target),
    open() {},
    render(event: SessionEvent) {
      if (event.type === "target-output") {
        (open.get(event.target) ?? start(event.target)).write(`${event.text}\n`);
      }
      if (event.type === "target-finished") {
        open.get(event.target)?.close();
        open.delete(event.target);
      }
    },
    close() {
      for (const output of open.values()) output.close();
      open.clear();
    },
  };
}

const NOWHERE = { write() {}, close() {} };
