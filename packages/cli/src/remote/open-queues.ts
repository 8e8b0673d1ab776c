// Opens the queues of a session, one for each of its platforms, and the executor that uses them.
import {
  createPlatformExecutor,
  type Platform,
  type PlatformPart,
  type Session,
  type StoreUse,
} from "@sti/core";
import { createRemoteExecutor } from "@sti/core/remote";
import { createQueueBuilder, type QueueBuilderOptions } from "@sti/queue";
import type { RemoteExecution } from "../session/run-session.ts";

export interface QueueUse {
  readonly session: Session;
  readonly use: (platform: Platform) => StoreUse;
  /** Whether the registry of the store has no trusted TLS. */
  readonly insecure: boolean;
  /** The same for all platforms. */
  readonly queue: Omit<QueueBuilderOptions, "platform">;
}

/** `parts`: of the session's graph. */
export async function openQueues(
  parts: readonly [PlatformPart, ...PlatformPart[]],
  { insecure, queue, session, use }: QueueUse,
): Promise<RemoteExecution> {
  const [{ platform: own = "" }] = parts;
  const opened = await Promise.all(
    parts.map(async ({ facts, graph, platform = "" }) => {
      const [os = "", architecture = ""] = platform.split("/");
      const of = { os, architecture };
      const builder = await createQueueBuilder({ ...queue, platform });
      const part = { ...session, facts, graph, store: use(of) };
      return { builder, inputs: { builder, engine: own, platform: of, insecure }, part, platform };
    }),
  );
  return {
    createExecutor: (given) => {
      const executors = opened.map(
        ({ inputs, part, platform }) => [platform, createRemoteExecutor(part, inputs, given)] as const,
      );
      const [[, first], ...others] = executors as [(typeof executors)[0], ...typeof executors];
      return createPlatformExecutor(first, new Map(others));
    },
    close: async () => {
      await Promise.all(opened.map(({ builder }) => builder.close()));
    },
  };
}
