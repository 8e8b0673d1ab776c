// One line for each container of a watch: its state, its address, its last problem. Pure.
import type { PortTraffic, SessionView } from "@sti/core";
import { formatDuration } from "../format-amount.ts";
import { fitText, type Line, type Style } from "../line.ts";
import { nameAddress } from "../name-address.ts";
import { columnsForNames } from "../running-line.ts";

type Container = SessionView["watch"]["containers"] extends ReadonlyMap<string, infer View> ? View : never;

const MARKS: Readonly<Record<Container["state"], { readonly mark: string; readonly style: Style }>> = {
  waiting: { mark: "◌", style: "yellow" },
  starting: { mark: "▸", style: "cyan" },
  up: { mark: "●", style: "green" },
  down: { mark: "✖", style: "red" },
};

/** A job that has ended without an error. */
const DONE = { mark: "■", style: "dim" } as const;

function isDone({ isDone: hasEnded, state }: Container): boolean {
  return state === "down" && hasEnded;
}

/** In the order in which they came. */
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
    const { mark, style } = isDone(container) ? DONE : MARKS[container.state];
    const restarts =
      container.restarts === 0
        ? ""
        : `  ${container.restarts === 1 ? "1 restart" : `${container.restarts} restarts`}`;
    return [
      "  ",
      { text: `${mark} `, style },
      { text: fitText(name, nameColumns), style: "bold" },
      ...describe(container, now),
      { text: restarts, style: "dim" },
      ...describeAnswer(container, trafficOf, now),
    ];
  });
}

/** The last request or connection over one of its ports; the answer to its probe where that is newer. */
function describeAnswer(
  { ports, probe, state }: Container,
  trafficOf: (hostPort: number) => PortTraffic | undefined,
  now: number,
): Line {
  if (state !== "up" && state !== "starting") return [];
  const [last] = ports
    .flatMap(({ hostPort }) => (hostPort === undefined ? [] : (trafficOf(hostPort) ?? [])))
    .sort((one, other) => other.at - one.at);
  if (probe !== undefined && (state === "starting" || last === undefined || last.at <= probe.at)) {
    const { at, problem, question } = probe;
    const time = formatDuration(Math.max(0, now - at));
    return problem === undefined
      ? [{ text: `  ${question}: ok ${time} ago`, style: "dim" }]
      : [{ text: `  ${question}: ${problem} for ${time}`, style: "yellow" }];
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
    case "waiting":
      return [{ text: `  ${reason ?? "waits for its image"}`, style: "dim" }];
    case "down": {
      const next =
        restartAt === undefined ? "" : `; started again in ${formatDuration(Math.max(0, restartAt - now))}`;
      return [{ text: `  ${reason ?? "stopped"}${next}`, style: isDone(container) ? "dim" : "red" }];
    }
    default:
      return state satisfies never;
  }
}
