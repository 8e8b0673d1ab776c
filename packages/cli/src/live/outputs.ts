// Outputs that a page follows: those of builds are in the session's view, those of containers are kept here. Both have
// a bound; the whole of a build's output is in its log.
import { type OutputTail, type SessionEvent, type SessionView, TailCollector } from "@sti/core";
import { sanitizeLine } from "../render/sanitize.ts";
import type { PageLines } from "../report/page/page-state.ts";

export interface Outputs {
  note(event: SessionEvent): void;
  /** A reader of one output: each call returns the lines since the one before; undefined if there are none. */
  follow(kind: "target" | "container", name: string): () => PageLines | undefined;
}

/** Characters of a line that the page gets. */
const LONGEST_LINE = 4096;

export function createOutputs(session: SessionView): Outputs {
  const containers = new Map<string, TailCollector>();
  const tailOf = (kind: "target" | "container", name: string): OutputTail | undefined =>
    kind === "target" ? session.targets.get(name)?.output : containers.get(name)?.read();
  /** Another build has another output. */
  const epochOf = (kind: "target" | "container", name: string) =>
    kind === "target" ? session.targets.get(name)?.build?.at : 0;
  return {
    note(event) {
      if (event.type !== "container-output") return;
      const tail = containers.get(event.target) ?? new TailCollector();
      containers.set(event.target, tail);
      tail.add(event.text);
    },
    follow(kind, name) {
      let sent = 0;
      let epoch: number | undefined;
      let isFirst = true;
      return () => {
        const now = epochOf(kind, name);
        const { left, lines } = tailOf(kind, name) ?? { left: 0, lines: [] };
        const isNew = isFirst || now !== epoch || left + lines.length < sent;
        const from = isNew ? 0 : Math.max(0, sent - left);
        const skipped = isNew ? left : Math.max(0, left - sent);
        if (!isNew && from >= lines.length) return undefined;
        const fresh = lines.slice(from).map((line) => sanitizeLine(line).slice(0, LONGEST_LINE));
        [sent, epoch, isFirst] = [left + lines.length, now, false];
        return { isNew, lines: fresh, left: skipped };
      };
    },
  };
}
