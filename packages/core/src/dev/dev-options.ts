// Options of the containers of watched apps. Types only.
import type { DevSubject } from "../definition/dev-settings.ts";
import type { BoundPort } from "../engine/container.ts";
import type { Engine } from "../engine/engine.ts";
import type { WatchEvent } from "../execute/watch-event.ts";
import type { SourceSnapshot, Sources } from "../source/source.ts";
import type { DevNetwork } from "./dev-network.ts";
import type { Address, AskProbe, DevClock, Forwarder } from "./dev-ports.ts";
import type { StartOrder } from "./start-order.ts";

export interface DevOptions {
  /** The engine as it is reached now; after it was lost this may be another connection. */
  readonly engine: () => Engine;
  readonly sources: Pick<Sources, "pack">;
  readonly clock: DevClock;
  readonly ask: AskProbe;
  /** Undefined where containers are on another machine: then the engine publishes the ports that the config names. */
  readonly forwarder: Forwarder | undefined;
  /** The address of a port that the engine publishes, as reached from here. */
  readonly addressOf: (port: BoundPort) => Address;
  /** Absolute path of a folder that the config names. */
  readonly folderOf: (folder: string) => string;
  /** Names of containers, which carry the session's owner. */
  readonly newName: () => string;
  /** Values that are hidden in the output of an app's container. */
  readonly secretsOf: (subject: DevSubject) => Iterable<Uint8Array>;
  /** Name of the network that the containers are in; it carries the session's owner. */
  readonly network: string;
  /** Called for each event, in order; must not throw. */
  readonly emit: (event: WatchEvent) => void;
  /** Reports a problem of the whole watch. */
  readonly warn: (message: string) => void;
}

/** Options of the container of one app or service. */
export interface AppOptions extends Omit<DevOptions, "network"> {
  readonly network: DevNetwork;
  readonly order: StartOrder;
  /** The engine went away with all its containers; must not throw. */
  readonly onEngineLost: (message: string) => void;
}

/** The desired container of an app or service. */
export interface WantedContainer {
  readonly target: DevSubject;
  readonly imageId: string;
  /** The source that the image was made from; undefined where that is not known, so that nothing can be synced. */
  readonly snapshot: SourceSnapshot | undefined;
}

/** Whether they are of the same image and run in the same way; files that were synced aside. */
export function isSameContainer(
  one: Pick<WantedContainer, "target" | "imageId">,
  other: Pick<WantedContainer, "target" | "imageId">,
): boolean {
  return one.imageId === other.imageId && JSON.stringify(one.target.dev) === JSON.stringify(other.target.dev);
}
