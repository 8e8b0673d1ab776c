// Puts together what `sti watch --run` runs containers with: this machine's ports, clock and folders.
import { resolve } from "node:path";
import {
  type AppTarget,
  createDevContainers,
  type DevContainers,
  type DevOptions,
  type Engine,
  type SecretValues,
} from "@sti/core";
import { createSources } from "@sti/source";
import type { ProjectGraph } from "../load-project.ts";
import { askProbe } from "./ask-probe.ts";
import { placeOfEngine } from "./engine-place.ts";
import { portForwarder } from "./forward-ports.ts";

/** The apps that are run: those that were selected. What they need is built only. */
export function listRunApps({
  graph,
  selected,
}: Pick<ProjectGraph, "graph" | "selected">): readonly AppTarget[] {
  return selected.flatMap((name) => {
    const target = graph.nodes.get(name)?.target;
    return target?.kind === "app" ? [target] : [];
  });
}

export function runContainers({
  directory,
  emit,
  endpoint,
  engine,
  env,
  secrets,
  session,
}: Pick<DevOptions, "emit"> & {
  /** Folder of the config. */
  readonly directory: string;
  /** The engine's: "unix:///path", "tcp://host:port" … */
  readonly endpoint: string;
  readonly engine: () => Engine;
  readonly env: NodeJS.ProcessEnv;
  /** As they are now. */
  readonly secrets: () => SecretValues;
  /** The session's id, which names of containers begin with. */
  readonly session: string;
}): DevContainers {
  const place = placeOfEngine(endpoint);
  let made = 0;
  return createDevContainers({
    engine,
    emit,
    sources: createSources({ env }),
    clock: {
      now: Date.now,
      after(milliseconds, call) {
        const timer = setTimeout(call, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    ask: askProbe,
    forwarder: place.isLocal ? portForwarder : undefined,
    addressOf: place.addressOf,
    folderOf: (folder) => resolve(directory, folder),
    newName() {
      made += 1;
      return `${session}-dev-${made}`;
    },
    secretsOf: ({ name }) => secrets().get(name)?.values() ?? [],
  });
}
