// Executes a session for several platforms: the engine builds for its own, and the store has results for the others.
import {
  createLocalExecutor,
  createPlatformExecutor,
  type Executor,
  type Facts,
  isJoined,
  type Platform,
  platformParts,
  type Session,
  type StoreUse,
  type TargetGraph,
  type TargetNode,
} from "@sti/core";
import type { RemoteExecution } from "./run-session.ts";

/** Whether results are looked for, or joined, that an engine alone does not have. */
export function needsPlatforms(known: { readonly facts: Facts; readonly graph: TargetGraph }): boolean {
  const isWide = [...known.graph.nodes.values()].some(({ target }) => isJoined(target));
  return isWide || platformParts(known).length > 1;
}

export function openPlatforms(useFor: (platform: Platform) => StoreUse) {
  return async (session: Session): Promise<RemoteExecution> => {
    const { createRemoteExecutor } = await import("@sti/core/remote");
    const [own, ...others] = platformParts(session);
    const isPushed = ({ target }: TargetNode) =>
      isJoined(target) && session.pushes?.targets.has(target.name) === true;
    const keepsFound = [...own.graph.nodes.values()].some(isPushed);
    return {
      createExecutor: ({ signal }) => {
        const stored = others.map(({ facts, graph, platform = "" }): readonly [string, Executor] => {
          const { architecture = "", os = "" } = facts.engine ?? {};
          const of = { os, architecture };
          const part = { ...session, facts, graph, store: useFor(of) };
          const inputs = { builder: undefined, engine: own.platform ?? "", platform: of, insecure: false };
          return [platform, createRemoteExecutor(part, inputs, { signal })];
        });
        const local = createLocalExecutor({ ...session, graph: own.graph }, { signal, keepsFound });
        return createPlatformExecutor(local, new Map(stored));
      },
      close: async () => {},
    };
  };
}
