// The words for what only happens while sti watches; the same in every renderer.
import type { BoundPort, FilesChanged, WatchEvent } from "@sti/core";
import { formatDuration } from "../format-amount.ts";
import type { Line, Style } from "../line.ts";
import { nameAddress } from "../name-address.ts";

/** Number of names in one line. */
const NAMED = 5;

/** Events that the live part of a screen shows, and that would be noise in a list: answers to probes. */
type PrintedEvent = Exclude<WatchEvent, { readonly type: "container-probed" }>;

/** Describes an event in one line. */
export function watchLine(event: PrintedEvent): Line {
  switch (event.type) {
    case "files-changed":
      return marked("▸", "cyan", [
        { text: listNames(event.targets), style: "bold" },
        { text: `  ${describePaths(event)}`, style: "dim" },
      ]);
    case "watch-settled":
      return idleLine(event);
    case "target-paused":
      return marked("!", "yellow", [
        { text: event.target, style: "bold" },
        {
          text: `  ${event.path} changed during ${event.builds} builds within a minute; ignored until unchanged for ${formatDuration(event.quiet)}; consider ignoring it`,
          style: "yellow",
        },
      ]);
    case "config-reloaded":
      return marked("▸", "cyan", ["config reloaded", { text: `  ${describeReload(event)}`, style: "dim" }]);
    case "config-broken":
      return marked("✖", "red", [
        { text: "invalid config; the last valid one stays in effect", style: "red" },
      ]);
    case "engine-lost":
      return marked("✖", "red", [
        { text: `engine not reachable: ${event.message}; waiting for it`, style: "red" },
      ]);
    case "engine-back":
      return marked("✔", "green", [`engine reachable again after ${formatDuration(event.duration)}`]);
    case "command-started":
      return marked("▸", "cyan", [
        event.command,
        { text: event.changed.length === 0 ? "" : `  (${listNames(event.changed)} changed)`, style: "dim" },
      ]);
    case "command-output":
      return [{ text: "exec │ ", style: "dim" }, event.text];
    case "command-finished":
      return commandLine(event);
    case "container-waiting":
      return marked("▸", "cyan", [
        { text: event.target, style: "bold" },
        { text: `  ${event.reason}`, style: "dim" },
      ]);
    case "container-started":
      return marked("▸", "cyan", [
        { text: event.target, style: "bold" },
        "  container started",
        { text: event.ports.length === 0 ? "" : `  ${describePorts(event.ports)}`, style: "dim" },
      ]);
    case "container-up":
      return marked("✔", "green", [
        { text: event.target, style: "bold" },
        `  up after ${formatDuration(event.duration)}`,
      ]);
    case "container-stopped":
      return marked("■", "yellow", [{ text: event.target, style: "bold" }, "  container stopped"]);
    case "container-failed":
      // A job that is done.
      if (event.exitCode === 0 && event.remaining === undefined && event.restartIn === undefined)
        return marked("■", "yellow", [{ text: event.target, style: "bold" }, `  ${event.reason}`]);
      return marked("✖", "red", [
        { text: event.target, style: "bold" },
        { text: `  ${event.reason}`, style: "red" },
        event.remaining === undefined ? "" : "; the previous container keeps running",
        event.restartIn === undefined ? "" : `; started again in ${formatDuration(event.restartIn)}`,
      ]);
    case "container-output":
      return [{ text: `${event.target} │ `, style: colourOf(event.target) }, event.text];
    case "files-synced":
      return marked("→", "green", [
        { text: event.target, style: "bold" },
        `  ${describePaths(event, "copied")}`,
        { text: `  ${formatDuration(event.duration)}`, style: "dim" },
      ]);
    default:
      return event satisfies never;
  }
}

/** E.g. `src/x.ts and 3 more changed`. */
export function describePaths(
  { count, paths }: Pick<FilesChanged, "count" | "paths">,
  verb = "changed",
): string {
  const [first] = paths;
  // A folder that holds everything is named when it begins to be watched.
  if (first === undefined || first === ".") return "anything may have changed";
  return count > 1 ? `${first} and ${count - 1} more ${verb}` : `${first} ${verb}`;
}

export function listNames(names: readonly string[]): string {
  if (names.length <= NAMED) return names.join(", ");
  return `${names.slice(0, NAMED).join(", ")} and ${names.length - NAMED} more`;
}

function idleLine(event: Extract<WatchEvent, { type: "watch-settled" }>): Line {
  const { changed, duration, failed } = event;
  const rest = { text: `  in ${formatDuration(duration)}`, style: "dim" as const };
  const built =
    changed.length === 0
      ? "nothing new"
      : changed.length === 1
        ? "1 new image"
        : `${changed.length} new images`;
  if (failed.length === 0) return marked("●", "green", [built, rest]);
  const failing = { text: `${listNames(failed)} failed`, style: "red" as const };
  return marked("●", "red", changed.length === 0 ? [failing, rest] : [built, ", ", failing, rest]);
}

function describeReload({
  added,
  changed,
  removed,
}: Extract<WatchEvent, { type: "config-reloaded" }>): string {
  const parts = [
    ["added", added],
    ["removed", removed],
    ["changed", changed],
  ] as const;
  const words = parts.flatMap(([verb, names]) => (names.length === 0 ? [] : [`${verb} ${listNames(names)}`]));
  return words.length === 0 ? "no target changed" : words.join("; ");
}

function commandLine(event: Extract<WatchEvent, { type: "command-finished" }>): Line {
  const time = { text: `  ${formatDuration(event.duration)}`, style: "dim" as const };
  if (event.exitCode === 0) return marked("✔", "green", ["exec ended", time]);
  const how =
    event.message ??
    (event.signal === undefined ? `exited with ${event.exitCode}` : `ended by ${event.signal}`);
  const style = event.signal === undefined ? "red" : "yellow";
  return marked(event.signal === undefined ? "✖" : "■", style, [{ text: `exec ${how}`, style }, time]);
}

function describePorts(ports: readonly BoundPort[]): string {
  return ports.map((port) => `${nameAddress(port)} → ${port.port}/${port.protocol}`).join(", ");
}

function marked(mark: string, style: Style, rest: Line): Line {
  return [{ text: mark, style }, " ", ...rest];
}

const palette = ["cyan", "magenta", "blue", "yellow", "green"] as const;

/** The same for a name in every session. */
function colourOf(name: string): Style {
  const sum = [...name].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return palette[sum % palette.length] ?? "cyan";
}
