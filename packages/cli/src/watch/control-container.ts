// The effects of keys on the containers of a watch.
import type { DevContainers, SessionView } from "@sti/core";
import { nameAddress, openablePort } from "../render/name-address.ts";
import type { KeyCommand } from "../render/watch/watch-ui.ts";
import { openAddress } from "./open-address.ts";

export interface ContainerControl {
  readonly containers: Pick<DevContainers, "restart" | "halt">;
  readonly session: Pick<SessionView, "watch">;
  readonly warn: (message: string) => void;
  /** Default: the program with which this system opens addresses. */
  readonly open?: (address: string) => Promise<boolean>;
}

export async function controlContainer(
  { action, name }: Extract<KeyCommand, { kind: "container" }>,
  { containers, open = openAddress, session, warn }: ContainerControl,
): Promise<void> {
  const row = session.watch.containers.get(name);
  const isStopped = row?.state === "down" && row.restartAt === undefined;
  if (action !== "open") {
    const isDone = action === "restart" || isStopped ? containers.restart(name) : containers.halt(name);
    if (!isDone) warn(`${name} has no container yet: its image is not ready`);
    return;
  }
  const port = row && openablePort(row);
  if (port === undefined) {
    warn(`${name} has no address to open: no port of it is published`);
    return;
  }
  const address = `http://${nameAddress(port)}/`;
  if (!(await open(address))) warn(`no browser could be opened; the address of ${name} is ${address}`);
}
