// Writes what each target prints to a file of its own, so that nothing is lost of what a screen has no room for. Of a
// target that prints without end, the middle is left out.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SessionEvent } from "@sti/core";
import { capOutput, type OutputLimits } from "./capped-output.ts";
import { createFileOutput, type FileOutput } from "./file-output.ts";
import type { LogOf } from "./print-failure.ts";
import type { Renderer } from "./renderer.ts";

/** Of one file. The end is held in memory for each target that has filled the start. */
export const LOG_LIMITS: OutputLimits = { head: 64 * 1024 ** 2, tail: 16 * 1024 ** 2 };

export interface LogFiles extends Renderer {
  readonly logOf: LogOf;
}

/** `folder` is made with the first line; the file of an earlier session goes when its target prints again. */
export function createLogFiles(folder: string, limits: OutputLimits = LOG_LIMITS): LogFiles {
  const open = new Map<string, FileOutput>();
  const written = new Set<string>();
  const fileOf = (target: string) => join(folder, `${target}.log`);
  const start = (target: string) => {
    if (written.size === 0) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, "..", ".gitignore"), "*\n");
    }
    written.add(target);
    const output = capOutput(createFileOutput(fileOf(target)), limits);
    open.set(target, output);
    return output;
  };
  return {
    logOf: (target) => (written.has(target) ? fileOf(target) : undefined),
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
