// One frame of a watch: news that scroll away, and below them the state of all that is watched. Pure.
import {
  describeFailure,
  type PortTraffic,
  type SessionView,
  type TargetView,
  type WaitingChanges,
} from "@sti/core";
import type { Frame, ScreenView } from "../draw-screen.ts";
import { formatClock } from "../format-moment.ts";
import { fitText, type Line, type Piece, printLine } from "../line.ts";
import { formatFile, formatLocation } from "../print-failure.ts";
import { columnsForNames, durationColumns, runningLine, titleOf } from "../running-line.ts";
import { textWidth } from "../text-width.ts";
import { containerPanel } from "./container-panel.ts";
import { drawNews } from "./draw-news.ts";
import { headerLine } from "./watch-header.ts";
import { HELP } from "./watch-help.ts";
import { describePaths } from "./watch-line.ts";
import { isShown, type WatchNews } from "./watch-news.ts";
import { type Choices, choicesOf, type Shown, type WatchUi } from "./watch-ui.ts";

export interface WatchView extends ScreenView {
  readonly ui: WatchUi;
  readonly choices: Choices;
  readonly shown: Shown;
  /** Whether keys are read. */
  readonly hasKeys: boolean;
  /** Whether it was asked to end. */
  readonly isStopping?: boolean;
  /** Whether no build begins. */
  readonly isPaused?: boolean;
  /** The changes that were collected while it is paused. */
  readonly waiting?: WaitingChanges | undefined;
  /** "printed": all that builds print scrolls up by itself. */
  readonly output?: "printed" | undefined;
  /** The lines of the pane that is open. */
  readonly pane: readonly Line[];
  /** Files are shown relative to this folder. */
  readonly cwd: string;
  /** The file with all that a target printed. */
  readonly logOf?: ((target: string) => string | undefined) | undefined;
  readonly links?: boolean | undefined;
  /** What came over a port of this machine last; left out: nothing is known. */
  readonly trafficOf?: ((hostPort: number) => PortTraffic | undefined) | undefined;
}

export function drawWatch(session: SessionView, news: readonly WatchNews[], view: WatchView): Frame {
  const scroll = news
    .filter((event) => isShown(event, view.shown))
    .flatMap((event) => drawNews(event, session, { ...view, output: printedOutput(view) }))
    .filter(
      (line) => view.shown.kind !== "text" || line.toLowerCase().includes(view.shown.text.toLowerCase()),
    );
  if (session.started === undefined || session.end !== undefined || view.rows < 2) {
    return { scroll, live: [] };
  }
  return { scroll, live: liveLines(session, view).map((line) => printLine(line, view)) };
}

/** Where only failures scroll up, their blocks have the output. */
function printedOutput({ output, shown }: WatchView): WatchView["output"] {
  return shown.kind === "failures" ? undefined : output;
}

/** With the cursor's line below never more than the terminal's rows. */
function liveLines(session: SessionView, view: WatchView): readonly Line[] {
  const room = view.rows - 1;
  const header = headerLine(session, view);
  const footer = footerLine(view);
  const own = room - 1 - footer.length;
  if (own <= 0) return [header];
  return [header, ...contentLines(session, view, own), ...footer];
}

function contentLines(session: SessionView, view: WatchView, room: number): readonly Line[] {
  const { ui } = view;
  switch (ui.kind) {
    case "help":
      return HELP.slice(0, room);
    case "choose":
      return choiceLines(ui, view, room);
    case "pane":
      return paneLines(ui, view, room);
    case "status": {
      const problems = problemLines(session, view);
      // Running targets come first, but problems always stay visible.
      const kept = Math.min(problems.length, Math.max(1, Math.floor(room / 2)));
      const active = shorten(
        activeLines(session, view),
        problems.length === 0 ? room : room - kept,
        "active",
      );
      const above = [...active, ...shorten(problems, room - active.length, "to read; l shows logs")];
      const containers = shorten(containerPanel(session, view), room - above.length, "containers");
      return [...containers, ...above];
    }
    default:
      return ui satisfies never;
  }
}

function shorten(lines: readonly Line[], room: number, what: string): readonly Line[] {
  if (lines.length <= room) return lines;
  if (room <= 0) return [];
  const more = lines.length - room + 1;
  return [...lines.slice(0, room - 1), [{ text: `  … ${more} more ${what}`, style: "dim" }]];
}

/** One line for each target that is worked on, or is about to be. */
function activeLines(session: SessionView, view: WatchView): readonly Line[] {
  const { running, watch } = session;
  const waiting = [...watch.changes].filter(([name]) => !running.has(name));
  const names = [...running.keys(), ...waiting.map(([name]) => name)];
  const nameColumns = columnsForNames(names, view.columns);
  return [
    ...[...running.values()].map((target) =>
      runningLine(target, { nameColumns, now: view.now, work: workOf(target, session) }),
    ),
    ...waiting.map(
      ([name, change]): Line => [
        { text: "◌ ", style: "yellow" },
        { text: fitText(name, nameColumns), style: "bold" },
        " ".repeat(durationColumns),
        { text: `  waiting — ${describePaths(change)}`, style: "dim" },
      ],
    ),
  ];
}

/** Whether it is built again, the reason, and the step. */
function workOf(target: TargetView, { watch }: SessionView): Line {
  const reason = target.build?.reason ?? "";
  const title = titleOf(target);
  return [
    `  ${watch.made.has(target.name) ? "rebuilding" : "building"}`,
    reason === "" ? "" : ` — ${reason}`,
    title === undefined ? "" : { text: `  ${title}`, style: "cyan" },
  ];
}

/** A line for each problem that is not fixed yet: its block has scrolled up. */
function problemLines(session: SessionView, { cwd }: WatchView): readonly Line[] {
  const config = session.watch.configFailures.map((failure): Line => {
    const { summary } = describeFailure(failure, (file) => formatFile(file, cwd));
    const location = "location" in failure ? failure.location : undefined;
    const place = location === undefined ? "" : `${formatLocation(location, cwd)}  `;
    return [{ text: "✖ ", style: "red" }, { text: place, style: "cyan" }, firstLine(summary)];
  });
  const targets = [...session.watch.failing.values()].map(
    (event): Line => [
      { text: "✖ ", style: "red" },
      { text: event.target, style: "bold" },
      { text: `  failed ${formatClock(event.at)}: `, style: "red" },
      firstLine(event.errorLine?.trim() ?? event.reason),
    ],
  );
  return [...config, ...targets];
}

function firstLine(text: string): string {
  return text.split("\n", 1)[0] ?? "";
}

const verbs = {
  ...{ rebuild: "rebuild", clean: "build clean", logs: "show the log of", why: "show why" },
  ...{ restart: "restart", halt: "stop, or start", open: "open" },
  ...{ only: "print lines of", find: "print lines with" },
} as const;

function choiceLines(
  ui: Extract<WatchUi, { kind: "choose" }>,
  { choices }: WatchView,
  room: number,
): readonly Line[] {
  const names = choicesOf(ui, choices);
  const cursor = Math.min(ui.cursor, Math.max(0, names.length - 1));
  const title: Line = [
    { text: `${verbs[ui.action]}: `, style: "bold" },
    ui.filter,
    { text: "▏", style: "dim" },
    {
      text: names.length === 0 && ui.action !== "find" ? "  nothing has this in its name" : "",
      style: "yellow",
    },
  ];
  const shown = Math.max(0, room - 1);
  const first = Math.max(0, Math.min(cursor - Math.floor(shown / 2), names.length - shown));
  const lines: readonly Line[] = names
    .slice(first, first + shown)
    .map(
      (name, index): Line =>
        first + index === cursor ? [{ text: `  ▶ ${name}`, style: "cyan" }] : [`    ${name}`],
    );
  return [title, ...lines].slice(0, room);
}

function paneLines(
  ui: Extract<WatchUi, { kind: "pane" }>,
  { pane }: WatchView,
  room: number,
): readonly Line[] {
  const shown = Math.max(0, room - 1);
  const end = Math.max(Math.min(shown, pane.length), pane.length - ui.back);
  const lines = pane.slice(Math.max(0, end - shown), end);
  const below = pane.length - end;
  const title: Line = [
    { text: ui.content === "logs" ? "log of " : "why ", style: "dim" },
    { text: ui.target, style: "bold" },
    { text: below > 0 ? `  ${below} lines below` : "", style: "dim" },
  ];
  return [title, ...lines].slice(0, room);
}

function footerLine({ choices, columns, hasKeys, ui }: WatchView): readonly Line[] {
  if (!hasKeys) return [];
  const keys =
    ui.kind === "choose"
      ? ["↑↓ choose", "Enter do it", "Esc back", "type to filter"]
      : ui.kind === "pane"
        ? ["Esc back", "↑↓ scroll", "q quit"]
        : [
            ...["q quit", "r rebuild", "c clean", "l log", "w why", "p pause"],
            ...(choices.containers.length === 0 ? [] : ["R restart", "s stop", "o open"]),
            "? help",
          ];
  // The last one shows all the others.
  while (keys.length > 2 && textWidth(`  ${keys.join(" · ")}`) > columns) keys.splice(-2, 1);
  return [
    [
      "  ",
      ...keys.flatMap((words, index): readonly Piece[] => {
        const [key = "", ...rest] = words.split(" ");
        return [
          { text: index === 0 ? "" : " · ", style: "dim" },
          { text: key, style: "bold" },
          { text: ` ${rest.join(" ")}`, style: "dim" },
        ];
      }),
    ],
  ];
}
