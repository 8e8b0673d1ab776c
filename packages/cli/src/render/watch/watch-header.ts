// The first line below the news: the watched targets, and their state. Pure.
import type { SessionView, WaitingChanges } from "@sti/core";
import { formatDuration } from "../format-amount.ts";
import { formatClock } from "../format-moment.ts";
import type { Line, Piece } from "../line.ts";
import { textWidth } from "../text-width.ts";
import { describeWaiting } from "./describe-waiting.ts";
import type { Shown } from "./watch-ui.ts";

/** Whole parts are left out from the end where they do not fit; the state is always there. */
export function headerLine(
  session: SessionView,
  view: {
    readonly columns: number;
    readonly now: number;
    readonly isStopping?: boolean;
    readonly isPaused?: boolean;
    readonly waiting?: WaitingChanges | undefined;
    readonly shown: Shown;
    readonly wait?: string | undefined;
  },
): Line {
  const { columns, now, wait } = view;
  const isStopping = view.isStopping === true || wait !== undefined;
  const stopping = wait === undefined ? "stopping" : `stopping: ${wait}`;
  const count = session.targets.size;
  const parts: Piece[] = [
    isStopping ? { text: stopping, style: "yellow" } : stateOf(session, view),
    ...(view.isPaused === true ? paused(view) : []),
    ...problems(session),
    ...narrowing(view.shown),
    ...work(session, now),
    { text: count === 1 ? "1 target" : `${count} targets`, style: "dim" },
    ...lastIdle(session),
  ];
  const mark: Piece = { text: "● ", ...(parts[0]?.style === undefined ? {} : { style: parts[0].style }) };
  const shown = [...parts];
  const join = () => shown.flatMap((part, index) => (index === 0 ? [mark, part] : [SEPARATOR, part]));
  while (shown.length > 1 && widthOf(join()) > columns) shown.pop();
  return join();
}

const SEPARATOR: Piece = { text: " · ", style: "dim" };

function paused({ waiting }: { readonly waiting?: WaitingChanges | undefined }): readonly Piece[] {
  const words = waiting && describeWaiting(waiting);
  return ["paused, p: go on", ...(words === undefined ? [] : [words])].map((text) => ({
    text,
    style: "yellow",
  }));
}

function stateOf(
  { running, watch }: SessionView,
  { isPaused = false, now }: { readonly isPaused?: boolean; readonly now: number },
): Piece {
  if (watch.engineLostAt !== undefined) {
    return { text: `waiting for the engine, ${formatDuration(now - watch.engineLostAt)}`, style: "red" };
  }
  if (running.size > 0) return { text: `building ${running.size}`, style: "cyan" };
  if (watch.changes.size > 0) return { text: "reading changes", style: "cyan" };
  if (isPaused && watch.idle === undefined) return { text: "not up to date", style: "yellow" };
  if (watch.idle === undefined) return { text: "reading sources", style: "cyan" };
  return { text: "watching", style: watch.failing.size > 0 ? "red" : "green" };
}

/** Which lines scroll up, where not all do. */
function narrowing(shown: Shown): readonly Piece[] {
  if (shown.kind === "all") return [];
  const what =
    shown.kind === "failures"
      ? "failures"
      : shown.kind === "only"
        ? shown.name
        : `lines with ${JSON.stringify(shown.text)}`;
  return [{ text: `${what} only, Enter: all`, style: "yellow" }];
}

function problems({ watch: { configFailures, failing } }: SessionView): readonly Piece[] {
  return [
    ...(failing.size === 0 ? [] : [{ text: `${failing.size} failed`, style: "red" as const }]),
    ...(configFailures.length === 0 ? [] : [{ text: "config broken", style: "red" as const }]),
  ];
}

function work({ running, targets, watch }: SessionView, now: number): readonly Piece[] {
  const { changes, command, failing, idle, made } = watch;
  const isOpen = (name: string) => changes.has(name) || !(made.has(name) || failing.has(name));
  const waiting =
    idle === undefined ? [...targets.keys()].filter((name) => isOpen(name) && !running.has(name)).length : 0;
  return [
    ...(running.size > 0 && waiting > 0 ? [{ text: `${waiting} waiting`, style: "dim" as const }] : []),
    ...(command === undefined
      ? []
      : [{ text: `exec runs ${formatDuration(now - command.at)}`, style: "cyan" as const }]),
  ];
}

function lastIdle({ watch: { idle } }: SessionView): readonly Piece[] {
  if (idle === undefined) return [];
  const isQuiet = idle.changed.length === 0 && idle.failed.length === 0;
  const what = isQuiet ? "nothing new" : `${idle.changed.length} built`;
  return [
    {
      text: `${what} in ${formatDuration(idle.duration)} at ${formatClock(idle.at)}`,
      style: "dim",
    },
  ];
}

function widthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((width, { text }) => width + textWidth(text), 0);
}
