// Runs the session of a project, from its secrets and the connection on.
import {
  decidePushes,
  type Failure,
  findUnbuildable,
  refusePartialPushes,
  success,
  type TargetFinished,
} from "@sti/core";
import { readSecrets } from "@sti/source";
import type { PendingConnection } from "../engine/connect-engine.ts";
import { openAttest } from "../engine/open-attest.ts";
import { openStore, type StoreOptions } from "../engine/open-store.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { checkPlatform } from "../project/environment.ts";
import type { Project } from "../project/load-project.ts";
import { NO_LOCK, type ProjectLock, refuseUnlocked } from "../project/project-lock.ts";
import { forNodes, spreadProject } from "../project/spread-project.ts";
import { needsPlatforms, openPlatforms } from "./platform-execution.ts";
import { runSession } from "./run-session.ts";
import type { SessionOptions } from "./session-options.ts";

export interface ProjectSession extends SessionOptions, StoreOptions {
  readonly connection: PendingConnection;
  readonly locked?: ProjectLock;
  /** Platforms to build for, as they are written; left out: all of each target. "own": that of the engine, for all. */
  readonly platform?: readonly string[] | "own";
  /** Pushes besides those of the config; false: no pushes. */
  readonly push?: "each" | "atomic" | false;
  /** Called once, when all targets have ended; not where none was begun. */
  readonly onFinished?: (targets: readonly TargetFinished[]) => void;
}

/** Brings a project's targets up to date, whatever command it comes from. Resolves to the exit code. */
export async function runProject(
  loaded: Project,
  options: ProjectSession,
  context: CommandContext,
): Promise<number> {
  const targets = [...loaded.graph.nodes.values()].map((node) => node.target);
  const secrets = await readSecrets(targets, {
    directory: loaded.directory,
    env: context.env,
    signal: context.signal,
  });
  if (!secrets.ok) {
    await options.connection.abandon();
    return reportFailures(loaded.place(secrets.failures), context);
  }
  const connected = await options.connection.connected;
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { facts } = connected.value;
  const { platform } = options;
  const spread = platform === "own" ? success(loaded) : spreadProject(loaded, { facts, platform });
  if (!spread.ok) return reportFailures(loaded.place(spread.failures), context);
  const project = spread.value;
  const stop = (failures: readonly Failure[]) => reportFailures(project.place(failures), context);
  const { locked = NO_LOCK } = options;
  const refused = [...checkPlatform(context.env, facts), ...refuseUnlocked(loaded.graph, locked, facts)];
  if (refused.length > 0) return stop(refused);
  const request = options.push === false ? "none" : options.push;
  const pushes = decidePushes(project.graph, { request, selected: project.selected });
  const { lock } = locked;
  const store = await openStore(project, options, { context, engine: facts.engine });
  if (!store.ok) return stop(store.failures);
  const attest = await openAttest(project, { pushes, store: store.value?.use }, context);
  try {
    if (!attest.ok) return stop(attest.failures);
    const impossible = [
      ...(store.value?.use.reads === true ? [] : findUnbuildable({ graph: project.graph, facts })),
      ...refusePartialPushes(project.graph, pushes, {
        hasStore: store.value !== undefined,
        isAsked: request === "each" || request === "atomic",
      }),
    ];
    if (impossible.length > 0) return stop(impossible);
    const isWide = store.value !== undefined && needsPlatforms({ facts, graph: project.graph });
    return await runSession(project, {
      ...connected.value,
      store: store.value?.use,
      attest: attest.value?.use,
      lock,
      pushes,
      secrets: forNodes(project.graph, secrets.value),
      onFinished: options.onFinished,
      options,
      context,
      remote: isWide ? { open: openPlatforms(store.value.useFor) } : undefined,
    });
  } finally {
    await store.value?.close();
    if (attest.ok) await attest.value?.close();
  }
}
