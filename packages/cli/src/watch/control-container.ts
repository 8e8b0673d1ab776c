// The effects of keys on the containers of a watch.
import { spawn } from "node:child_process";
import type { DevContainers, SessionView } from "@sti/core";
import { nameAddress } from "../render/watch/watch-line.ts";
import type { KeyCommand } from "../render/watch/watch-ui.ts";

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
  if (action === "restart" || (action === "halt" && row?.state === "down")) {
    containers.restart(name);
    return;
  }
  if (action === "halt") {
    containers.halt(name);
    return;
  }
  const port = row?.ports.find(({ protocol }) => protocol === "tcp");
  if (port === undefined) {
    warn(`${name} has no address to open: no port of it is published`);
    return;
  }
  const address = `http://${nameAddress(port)}/`;
  if (!(await open(address))) warn(`no browser could be opened; the address of ${name} is ${address}`);
}

const OPENERS: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
};

/** Resolves to whether the program for it could be started and has not failed at once. */
async function openAddress(address: string): Promise<boolean> {
  const [program = "", ...args] = OPENERS[process.platform] ?? ["xdg-open"];
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const opener = spawn(program, [...args, address], { stdio: "ignore", detached: true });
  opener.on("error", () => resolve(false));
  opener.on("exit", (code) => resolve(code === 0));
  opener.unref();
  return await promise;
}
