// Keeps changes and warnings of the disk until there is a listener.
import { statSync } from "node:fs";
import type { DiskChange } from "@sti/core";

export interface DiskListener {
  change(change: DiskChange): void;
  warn(message: string): void;
}

export interface DiskInbox extends DiskListener {
  /** Of a config that is code. */
  printed(text: string): void;
  /** Passes on all earlier events, and from now on every new one. */
  open(listener: DiskListener): void;
}

export interface DiskInboxOptions {
  /** Files of the config, absolute. */
  readonly configFiles: readonly string[];
  /** Start of reading the config, milliseconds since 1970. */
  readonly readAt: number;
}

export function createDiskInbox(options: DiskInboxOptions): DiskInbox {
  const waiting: ((listener: DiskListener) => void)[] = [];
  let listening: DiskListener | undefined;
  let isBeginning = true;
  const pass = (call: (listener: DiskListener) => void) => {
    if (listening === undefined) waiting.push(call);
    else call(listening);
  };
  const warn = (message: string) => pass((listener) => listener.warn(message));
  return {
    change(change) {
      // The watcher reports each new file as changed, then everything: the config is read again only if it changed.
      if (isBeginning && change.kind === "config" && !hasChanged(options)) return;
      if (change.kind === "everything") isBeginning = false;
      pass((listener) => listener.change(change));
    },
    warn,
    printed: (text) => warn(`output of the config: ${text.trimEnd()}`),
    open(listener) {
      listening = listener;
      for (const call of waiting.splice(0)) call(listener);
    },
  };
}

function hasChanged({ configFiles, readAt }: DiskInboxOptions): boolean {
  return configFiles.some((file) => {
    const status = statSync(file, { throwIfNoEntry: false });
    // A file that another one was renamed to has that one's times, but for this one.
    return status !== undefined && status.ctimeMs >= readAt;
  });
}
