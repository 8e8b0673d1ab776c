// Notifies an absent user of the end of a long session: a bell, and a notification if the terminal knows OSC 9.
import type { SessionEvent } from "@sti/core";
import type { Output, Renderer } from "./renderer.ts";

/** Shorter sessions are waited for anyhow. Milliseconds. */
const LONG = 10_000;

export function createNotifier({ stdout }: { readonly stdout: Output }): Renderer {
  return {
    open() {},
    render(event: SessionEvent) {
      if (event.type !== "session-finished" || event.duration < LONG || stdout.isTTY !== true) return;
      const { failed } = event.outcomes;
      const message = failed === 0 ? "sti: done" : `sti: ${failed} failed`;
      stdout.write(`\u001b]9;${message}\u0007\u0007`);
    },
    close() {},
  };
}
