// Shows a watch, and hands on what its keys ask for: the renderers, and on a terminal the keys that are read from it.
import type { WaitingChanges } from "@sti/core";
import type { TrafficLog } from "../dev/port-traffic.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { LogPlace } from "../project/log-folder.ts";
import { createRenderer, type ObserverPlace, type SessionRenderer } from "../render/create-renderer.ts";
import type { Renderer } from "../render/renderer.ts";
import type { Reporter } from "../render/reporters.ts";
import { createPlainWatch, createQuietWatch } from "../render/watch/plain-watch.ts";
import { createWatchRenderer, type WatchRenderer } from "../render/watch/watch-renderer.ts";
import type { KeyCommand } from "../render/watch/watch-ui.ts";
import { type KeyReader, readKeys } from "./read-keys.ts";

export type WatchDisplay = SessionRenderer;

/** Of a key, for the watch itself. */
export type WatchCommand =
  | Extract<KeyCommand, { kind: "quit" | "rebuild" | "container" | "page" }>
  | { readonly kind: "pause"; readonly isPaused: boolean };

export interface WatchDisplayOptions {
  readonly reporters: readonly Reporter[];
  readonly verbose: boolean;
  readonly context: CommandContext;
  /** Gets a file with all output of each target. */
  readonly logs: LogPlace;
  readonly trafficOf: TrafficLog["of"];
  /** The changes that wait to be read; undefined before the watch has begun. */
  readonly waiting: () => WaitingChanges | undefined;
  readonly onCommand: (command: WatchCommand) => void;
  /** The live page; undefined without one. */
  readonly observe: ((place: ObserverPlace) => Renderer) | undefined;
}

export function createWatchDisplay(options: WatchDisplayOptions): WatchDisplay {
  const { context, onCommand } = options;
  let screen: WatchRenderer | undefined;
  const renderer = createRenderer({
    ...context,
    reporters: options.reporters,
    reports: [],
    observers: options.observe === undefined ? [] : [options.observe],
    verbose: options.verbose,
    logs: options.logs,
    now: Date.now,
    instead: {
      viewport: (place) => {
        screen = createWatchRenderer({ ...place, trafficOf: options.trafficOf, waiting: options.waiting });
        return screen;
      },
      plain: createPlainWatch,
      quiet: createQuietWatch,
    },
  });
  const keys = screen === undefined ? undefined : readScreenKeys(screen, onCommand);
  return {
    ...renderer,
    close() {
      keys?.close();
      renderer.close();
    },
  };
}

function readScreenKeys(screen: WatchRenderer, onCommand: WatchDisplayOptions["onCommand"]): KeyReader {
  const keys = readKeys({
    input: process.stdin,
    onKey: (key) => {
      const command = screen.press(key);
      switch (command?.kind) {
        case "interrupt":
          // Handlers of the signal print something, too.
          screen.pause();
          process.kill(process.pid, "SIGINT");
          return;
        case "suspend":
          keys.suspend();
          return;
        case "pause":
          onCommand({ kind: "pause", isPaused: screen.isPaused });
          return;
        case "quit":
        case "rebuild":
        case "container":
        case "page":
          onCommand(command);
          return;
      }
    },
    onSuspend: () => screen.pause(),
    onResume: () => {
      screen.setKeys(keys.isReading);
      screen.resume();
    },
  });
  screen.setKeys(keys.isReading);
  return keys;
}
