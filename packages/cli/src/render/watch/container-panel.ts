// One line for each container of a watch: its state, its address, its last problem. Pure.
import type { SessionView } from "@sti/core";
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

/** In the order in which they came. */
export function containerPanel(
  { watch: { containers } }: SessionView,
  { columns, now }: { readonly columns: number; readonly now: number },
): readonly Line[] {
  const nameColumns = columnsForNames([...containers.keys()], columns);
  return [...containers].map(([name, container]): Line => {
    const { mark, style } = MARKS[container.state];
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
    ];
  });
}

function describe({ ports, reason, restartAt, since, state }: Container, now: number): Line {
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
      return [{ text: `  ${reason ?? "stopped"}${next}`, style: "red" }];
    }
    default:
      return state satisfies never;
  }
}
