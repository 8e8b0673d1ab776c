// Runs the session of a project, from its secrets and the connection on.
import { decidePushes, type TargetFinished } from "@sti/core";
import { readSecrets } from "@sti/source";
import type { PendingConnection } from "../engine/connect-engine.ts";
import { openAttest } from "../engine/open-attest.ts";
import { openStore, type StoreOptions } from "../engine/open-store.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { checkPlatform } from "../project/environment.ts";
import type { Project } from "../project/load-project.ts";
import { NO_LOCK, type ProjectLock, refuseUnlocked } from "../project/project-lock.ts";
import { runSession } from "./run-session.ts";
import type { SessionOptions } from "./session-options.ts";

export interface ProjectSession extends SessionOptions, StoreOptions {
  readonly connection: PendingConnection;
  readonly locked?: ProjectLock;
  /** Pushes besides those of the config; false: no pushes. */
  readonly push?: "each" | "atomic" | false;
  /** Called once, when all targets have ended; not where none was begun. */
  readonly onFinished?: (targets: readonly TargetFinished[]) => void;
}

/** Brings a project's targets up to date, whatever command it comes from. Resolves to the exit code. */
export async function runProject(
  project: Project,
  options: ProjectSession,
  context: CommandContext,
): Promise<number> {
  const targets = [...project.graph.nodes.values()].map((node) => node.target);
  const secrets = await readSecrets(targets, {
    directory: project.directory,
    env: context.env,
    signal: context.signal,
  });
  if (!secrets.ok) {
    await options.connection.abandon();
    return reportFailures(project.place(secrets.failures), context);
  }
  const connected = await options.connection.connected;
  if (!connected.ok) return reportFailures(connected.failures, context);
  const { locked = NO_LOCK } = options;
  const refused = [
    ...checkPlatform(context.env, connected.value.facts),
    ...refuseUnlocked(project.graph, locked, connected.value.facts),
  ];
  if (refused.length > 0) return reportFailures(project.place(refused), context);
  const pushes = decidePushes(project.graph, {
    request: options.push === false ? "none" : options.push,
    selected: project.selected,
  });
  const { lock } = locked;
  const store = await openStore(project, options, { context, engine: connected.value.facts.engine });
  if (!store.ok) return reportFailures(project.place(store.failures), context);
  const attest = await openAttest(project, { pushes, store: store.value?.use }, context);
  try {
    if (!attest.ok) return reportFailures(project.place(attest.failures), context);
    return await runSession(project, {
      ...connected.value,
      store: store.value?.use,
      attest: attest.value?.use,
      lock,
      pushes,
      secrets: secrets.value,
      onFinished: options.onFinished,
      options,
      context,
    });
  } finally {
    await store.value?.close();
    if (attest.ok) await attest.value?.close();
  }
}
