// Words for how a container of a watched app failed. They follow the container: "ended with exit code 1".
import type { BoundPort } from "../engine/container.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { Ended } from "./dev-container.ts";

export function describeEnded(ended: Ended): string {
  if (ended.kind === "lost") return `was lost: ${messageOf(ended.error)}`;
  if (ended.outOfMemory) return "was killed: it ran out of memory";
  return `ended by itself with exit code ${ended.exitCode}`;
}

/** For an error that kept a container from being made or started. */
export function describeStartError(error: unknown): string {
  const message = messageOf(error);
  const port =
    /(?:Bind for|listen (?:tcp|udp)\d?) \S*?:(\d+)\b.*(?:already allocated|address already in use)/.exec(
      message,
    )?.[1];
  if (port !== undefined) return `could not be started: port ${port} is taken on the engine's machine`;
  const folder = /bind source path does not exist: (.+)$/.exec(message)?.[1];
  if (folder !== undefined) return `could not be made: folder not found: ${folder}`;
  return `could not be started: ${message}`;
}

export function exitCodeOf(ended: Ended): number | undefined {
  return ended.kind === "exited" ? ended.exitCode : undefined;
}

/** The address of a port, where it is published. */
export function findTcpPort(bound: readonly BoundPort[], port: number | undefined): BoundPort | undefined {
  return bound.find((one) => one.protocol === "tcp" && one.port === port);
}

/** Whether the engine itself does not answer any more. */
export function isEngineGone(error: unknown): error is EngineError {
  return error instanceof EngineError && (error.reason === "lost" || error.reason.startsWith("unreachable-"));
}

function messageOf(error: unknown): string {
  if (error instanceof EngineError || error instanceof Error) return error.message;
  return String(error);
}
