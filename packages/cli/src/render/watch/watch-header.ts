// The first line below the news: the watched targets, and their state. Pure.

import { formatDuration } from "../format-amount.ts";
import { formatClock } from "../format-moment.ts";
import type { Line, Piece } from "../line.ts";
import { textWidth } from "../text-width.ts";
import type { WatchScreen } from "./watch-screen.ts";

/** Whole parts are left out from the end where they do not fit; the state is always there. */
export function headerLine(
  screen: WatchScreen,
  view: {
    readonly columns: number;
    readonly now: number;
    readonly isStopping?: boolean;
    readonly wait?: string | undefined;
  },
): Line {
  const { columns, now, wait } = view;
  const isStopping = view.isStopping === true || wait !== undefined;
  const stopping = wait === undefined ? "stopping" : `stopping: ${wait}`;
  const count = screen.names.length;
  const parts: Piece[] = [
    isStopping ? { text: stopping, style: "yellow" } : stateOf(screen, now),
    ...problems(screen),
    ...work(screen, now),
    { text: count === 1 ? "1 target" : `${count} targets`, style: "dim" },
    ...lastSettled(screen),
  ];
  const mark: Piece = { text: "● ", ...(parts[0]?.style === undefined ? {} : { style: parts[0].style }) };
  const shown = [...parts];
  const join = () => shown.flatMap((part, index) => (index === 0 ? [mark, part] : [SEPARATOR, part]));
  while (shown.length > 1 && widthOf(join()) > columns) shown.pop();
  return join();
}

const SEPARATOR: Piece = { text: " · ", style: "dim" };

function stateOf(screen: WatchScreen, now: number): Piece {
  if (screen.engineLostAt !== undefined) {
    return { text: `waiting for the engine, ${formatDuration(now - screen.engineLostAt)}`, style: "red" };
  }
  const running = screen.session.running.size;
  if (running > 0) return { text: `building ${running}`, style: "cyan" };
  if (screen.changes.size > 0) return { text: "reading changes", style: "cyan" };
  if (screen.settled === undefined) return { text: "reading sources", style: "cyan" };
  return { text: "watching", style: screen.failed.size > 0 ? "red" : "green" };
}

function problems({ configFailures, failed }: WatchScreen): readonly Piece[] {
  return [
    ...(failed.size === 0 ? [] : [{ text: `${failed.size} failed`, style: "red" as const }]),
    ...(configFailures.length === 0 ? [] : [{ text: "config broken", style: "red" as const }]),
  ];
}

function work(
  { changes, command, failed, made, names, session, settled }: WatchScreen,
  now: number,
): readonly Piece[] {
  const isOpen = (name: string) => changes.has(name) || !(made.has(name) || failed.has(name));
  const waiting =
    settled === undefined ? names.filter((name) => isOpen(name) && !session.running.has(name)).length : 0;
  return [
    ...(session.running.size > 0 && waiting > 0
      ? [{ text: `${waiting} waiting`, style: "dim" as const }]
      : []),
    ...(command === undefined
      ? []
      : [{ text: `exec runs ${formatDuration(now - command.startedAt)}`, style: "cyan" as const }]),
  ];
}

function lastSettled({ settled }: WatchScreen): readonly Piece[] {
  if (settled === undefined) return [];
  const what = settled.changed.length === 0 ? "nothing new" : `${settled.changed.length} built`;
  return [
    {
      text: `${what} in ${formatDuration(settled.duration)} at ${formatClock(settled.at)}`,
      style: "dim",
    },
  ];
}

function widthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((width, { text }) => width + textWidth(text), 0);
}
