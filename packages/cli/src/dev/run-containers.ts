// Puts together what `sti watch --run` runs containers with: this machine's ports, clock and folders.
import { resolve } from "node:path";
import {
  type DevContainers,
  type DevOptions,
  type Engine,
  runContainerName,
  runNetworkName,
  type SecretValues,
} from "@sti/core";
import { createDevContainers } from "@sti/core/dev";
import { createSources } from "@sti/source";
import { watchClock } from "../process/watch-clock.ts";
import { askProbe } from "./ask-probe.ts";
import { placeOfEngine } from "./engine-place.ts";
import { createPortForwarder } from "./forward-ports.ts";
import type { TrafficLog } from "./port-traffic.ts";

export function runContainers({
  claimed,
  directory,
  emit,
  engine,
  env,
  host,
  secrets,
  session,
  traffic,
  warn,
}: Pick<DevOptions, "emit" | "warn"> & {
  /** Folder of the config. */
  readonly directory: string;
  /** Ports of this machine that the config names, as it is now. */
  readonly claimed: () => ReadonlySet<number>;
  /** The engine's: "unix:///path", "tcp://host:port" … */
  readonly host: string;
  readonly engine: () => Engine;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As they are now. */
  readonly secrets: () => SecretValues;
  /** The session's id, which names of containers begin with. */
  readonly session: string;
  /** Gets what comes over the ports of this machine. */
  readonly traffic: TrafficLog;
}): DevContainers {
  const place = placeOfEngine(host);
  let made = 0;
  return createDevContainers({
    engine,
    emit,
    warn,
    network: runNetworkName(session),
    sources: createSources({ env }),
    clock: watchClock,
    ask: askProbe,
    forwarder: place.isLocal ? createPortForwarder({ traffic, claimed }) : undefined,
    addressOf: place.addressOf,
    folderOf: (folder) => resolve(directory, folder),
    newName() {
      made += 1;
      return runContainerName(session, made);
    },
    secretsOf: ({ name }) => secrets().get(name)?.values() ?? [],
  });
}
