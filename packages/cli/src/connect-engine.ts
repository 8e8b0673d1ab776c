// Finds the engine and asks what it has, turning every way in which that can fail into a Failure.
import {
  type Engine,
  EngineError,
  type EngineFailure,
  type Facts,
  type Failure,
  failed,
  type Result,
  success,
  surveyEngine,
  sweepLeftovers,
  sweepVariantTags,
} from "@sti/core";
import { EndpointError, resolveEndpoint } from "@sti/engine-docker/endpoint";
import { isDeadOwner } from "./session-owner.ts";

export interface Connection {
  readonly engine: Engine;
  /** Where it was found: "unix:///path", "tcp://host:port" … */
  readonly host: string;
  readonly facts: Facts;
}

export interface ConnectOptions {
  /** An endpoint given on the command line. */
  readonly engine: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether to remove what dead sessions left; by default it is done. */
  readonly sweep?: boolean;
}

/** A connection that is made while something else is read. */
export interface PendingConnection {
  readonly connected: Promise<Result<Connection>>;
  /** Ends it, for it is not needed. */
  readonly abandon: () => Promise<void>;
}

/** The engine answers while this process waits for other things, or works. */
export function startConnecting(options: ConnectOptions): PendingConnection {
  const stop = new AbortController();
  const { signal = stop.signal } = options;
  const connected = connectEngine({ ...options, signal: AbortSignal.any([signal, stop.signal]) });
  // Whoever awaits it is told; until then, and when nobody does, a failure must not end the process.
  const settled = connected.then(
    () => {},
    () => {},
  );
  return {
    connected,
    abandon: () => {
      stop.abort();
      return settled;
    },
  };
}

export async function connectEngine(options: ConnectOptions): Promise<Result<Connection>> {
  let place = { host: options.engine ?? "", from: "--engine" };
  try {
    const endpoint = await resolveEndpoint({ explicit: options.engine });
    place = { host: endpoint.host, from: endpoint.from };
    const { createDockerEngine } = await import("@sti/engine-docker");
    const engine = await createDockerEngine({ endpoint });
    const { signal } = options;
    const [facts] = await Promise.all([
      surveyEngine(engine, { signal }),
      options.sweep === false ? undefined : sweepLeftovers(engine, isDeadOwner, { signal }),
    ]);
    if (options.sweep !== false) await sweepVariantTags(engine, facts, isDeadOwner, { signal });
    return success({ engine, facts, host: endpoint.host });
  } catch (error) {
    if (options.signal?.aborted === true) throw error;
    return failed([failureOf(error, place)]);
  }
}

function failureOf(error: unknown, place: { readonly host: string; readonly from: string }): Failure {
  if (error instanceof EndpointError) return { code: "engine-context-unknown", message: error.message };
  if (!(error instanceof EngineError)) throw error;
  const { message, operation, status } = error;
  const unreachable = (
    reason: Extract<EngineFailure, { code: "engine-unreachable" }>["reason"],
  ): Failure => ({
    code: "engine-unreachable",
    ...place,
    reason,
    message,
  });
  switch (error.reason) {
    case "unreachable-missing-socket":
      return unreachable("missing-socket");
    case "unreachable-refused":
      return unreachable("refused");
    case "unreachable-permission":
      return unreachable("permission");
    case "unreachable-timeout":
      return unreachable("timeout");
    case "not-an-engine":
      return unreachable("not-an-engine");
    case "unreachable-other":
    case "lost":
      return unreachable("other");
    case "unsupported":
      return { code: "engine-unsupported", host: place.host, message };
    default:
      return { code: "engine-error", operation, status, message };
  }
}
