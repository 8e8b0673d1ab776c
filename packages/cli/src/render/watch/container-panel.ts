// One line for each container of a watch: its state, its address, its last problem. Pure.
import type { PortTraffic, SessionView } from "@sti/core";
import { formatDuration } from "../format-amount.ts";
import { cutText, fitText, type Line, lineWidth, type Style } from "../line.ts";
import { nameAddress } from "../name-address.ts";
import { columnsForNames } from "../running-line.ts";
import { textWidth } from "../text-width.ts";

type Container = SessionView["watch"]["containers"] extends ReadonlyMap<string, infer View> ? View : never;

const MARKS: Readonly<Record<Container["state"], { readonly mark: string; readonly style: Style }>> = {
  "no-image": { mark: "◌", style: "yellow" },
  building: { mark: "▸", style: "cyan" },
  "build-failed": { mark: "✖", style: "red" },
  waiting: { mark: "◌", style: "yellow" },
  starting: { mark: "▸", style: "cyan" },
  up: { mark: "●", style: "green" },
  down: { mark: "✖", style: "red" },
};

/** Columns. */
const SHORTEST_QUESTION = 6;

/** Down without a failure. */
const RESTS = { mark: "■", style: "dim" } as const;

/** Services first, then apps. */
export function containerPanel(
  { watch: { containers } }: SessionView,
  {
    columns,
    now,
    trafficOf = () => undefined,
  }: {
    readonly columns: number;
    readonly now: number;
    readonly trafficOf?: ((hostPort: number) => PortTraffic | undefined) | undefined;
  },
): readonly Line[] {
  const nameColumns = columnsForNames([...containers.keys()], columns);
  return [...containers].map(([name, container]): Line => {
    const { mark, style } = container.isMeant ? RESTS : MARKS[container.state];
    const restarts =
      container.restarts === 0
        ? ""
        : `  ${container.restarts === 1 ? "1 restart" : `${container.restarts} restarts`}`;
    const line: Line = [
      "  ",
      { text: `${mark} `, style },
      { text: fitText(name, nameColumns), style: "bold" },
      ...describe(container, now),
      { text: restarts, style: "dim" },
    ];
    return [...line, ...describeAnswer(container, { now, room: columns - lineWidth(line), trafficOf })];
  });
}

/** The last request or connection over one of its ports; the answer to its probe where that is newer. */
function describeAnswer(
  { ports, probe, state }: Container,
  {
    now,
    room,
    trafficOf,
  }: {
    readonly now: number;
    /** Columns that are left. */
    readonly room: number;
    readonly trafficOf: (hostPort: number) => PortTraffic | undefined;
  },
): Line {
  if (state !== "up" && state !== "starting") return [];
  const [last] = ports
    .flatMap(({ hostPort }) => (hostPort === undefined ? [] : (trafficOf(hostPort) ?? [])))
    .sort((one, other) => other.at - one.at);
  if (probe !== undefined && (state === "starting" || last === undefined || last.at <= probe.at)) {
    const { at, problem, question } = probe;
    const time = formatDuration(Math.max(0, now - at));
    const answer = problem === undefined ? `: ok ${time} ago` : `: ${problem} for ${time}`;
    // The answer matters more than the end of a long question.
    const asked = cutText(question, Math.max(SHORTEST_QUESTION, room - 2 - textWidth(answer)));
    return [{ text: `  ${asked}${answer}`, style: problem === undefined ? "dim" : "yellow" }];
  }
  return last === undefined || state !== "up" ? [] : [{ text: describeTraffic(last, now), style: "dim" }];
}

function describeTraffic({ at, connections, request }: PortTraffic, now: number): string {
  const ago = `${formatDuration(Math.max(0, now - at))} ago`;
  if (request === undefined)
    return connections === 1 ? `  1 connection ${ago}` : `  ${connections} connections, last ${ago}`;
  const status = request.status === undefined ? "" : ` ${request.status}`;
  return `  ${request.method} ${request.path}${status} ${ago}`;
}

function describe(container: Container, now: number): Line {
  const { ports, reason, restartAt, since, state } = container;
  const places = ports.map(nameAddress).join(", ");
  switch (state) {
    case "up":
      return [
        { text: `  up ${formatDuration(now - since)}`, style: "dim" },
        { text: places === "" ? "" : `  ${places}`, style: "cyan" },
        { text: reason === undefined ? "" : `  the next one ${reason}`, style: "red" },
      ];
    case "starting":
      return [
        {
          text: `  starting ${formatDuration(now - since)}${places === "" ? "" : `  ${places}`}`,
          style: "dim",
        },
      ];
    case "no-image":
      return [{ text: `  ${reason ?? "waits for its image"}`, style: "dim" }];
    case "building":
      return [{ text: `  building ${formatDuration(now - since)}`, style: "dim" }];
    // Its error has a line of its own.
    case "build-failed":
      return [{ text: "  build failed", style: "red" }];
    case "waiting":
      return [{ text: `  ${reason ?? "image ready"}`, style: "dim" }];
    case "down": {
      const next =
        restartAt === undefined ? "" : `; started again in ${formatDuration(Math.max(0, restartAt - now))}`;
      return [{ text: `  ${reason ?? "stopped"}${next}`, style: container.isMeant ? "dim" : "red" }];
    }
    default:
      return state satisfies never;
  }
}
