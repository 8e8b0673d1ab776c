// Finds the engine and lists its objects, and turns every error on the way into a Failure.
import {
  completePulls,
  createLeftovers,
  type Engine,
  type EngineDescription,
  EngineError,
  type EngineFailure,
  type Facts,
  type Failure,
  failed,
  type Ledger,
  lookUpLost,
  type Result,
  success,
  surveyEngine,
  sweepLeftovers,
  sweepVariantTags,
  workOffLedger,
} from "@sti/core";
import { EndpointError, resolveEndpoint } from "@sti/engine-docker/endpoint";
import type { CommandContext } from "../process/command-context.ts";
import { isDeadOwner } from "../process/session-owner.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import { openLedger } from "./open-ledger.ts";
import { pullSource } from "./pull-source.ts";

export interface Connection {
  readonly engine: Engine;
  /** The engine's endpoint: "unix:///path", "tcp://host:port" … */
  readonly host: string;
  readonly facts: Facts;
  readonly ledger: Ledger;
}

export interface ConnectOptions {
  /** An endpoint given on the command line. */
  readonly engine: string | undefined;
  readonly context: Pick<CommandContext, "ending" | "env" | "signal" | "stderr">;
  /** Called if leftovers of dead sessions cannot be removed now; by default a line on stderr. */
  readonly warn?: (message: string) => void;
  /** Ends it, beside the context's. */
  readonly signal?: AbortSignal | undefined;
  /** Whether to remove what dead sessions left; by default it is done. */
  readonly sweep?: boolean;
  /** Whether to print that the engine is waited for; by default it is done. */
  readonly notify?: boolean;
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
  const connected = connectEngine({ ...options, signal: stop.signal });
  // A caller that awaits it gets the error; until then, or if nobody awaits it, a failure must not end the process.
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
  const { context } = options;
  const { warn = (message) => context.stderr.write(`sti: warning: ${sanitizeLine(message)}\n`) } = options;
  const signal =
    options.signal === undefined ? context.signal : AbortSignal.any([context.signal, options.signal]);
  let notice: NodeJS.Timeout | undefined;
  try {
    const endpoint = await resolveEndpoint({ explicit: options.engine });
    place = { host: endpoint.host, from: endpoint.from };
    const { createDockerEngine } = await import("@sti/engine-docker");
    if (options.notify !== false) notice = noticeLater(endpoint.host, context.stderr);
    const { ending } = context;
    ending.leftovers ??= createLeftovers();
    const engine = ending.leftovers.track(
      lookUpLost(await createDockerEngine({ endpoint, patience: ending.patience })),
    );
    const problems: string[] = [];
    const attempt = async (sweep: () => Promise<unknown>) => {
      if (options.sweep !== false) problems.push(...(await problemOf(sweep, signal)));
    };
    const [facts] = await Promise.all([
      surveyEngine(engine, { signal }),
      attempt(() => sweepLeftovers(engine, isDeadOwner, { signal })),
    ]);
    const ledger = openLedger({ env: context.env, engine: facts.engine?.id ?? endpoint.host });
    await attempt(() => sweepVariantTags(engine, facts, isDeadOwner, { signal }));
    await attempt(() => workOffLedger(engine, { facts, ledger }, { signal }));
    for (const problem of problems) warn(problem);
    const whole = leavesLayersOut(facts.engine)
      ? completePulls(engine, pullSource(facts.engine, context.env))
      : engine;
    return success({ engine: whole, facts, ledger, host: endpoint.host });
  } catch (error) {
    if (signal.aborted) throw error;
    return failed([failureOf(error, place)]);
  } finally {
    clearTimeout(notice);
  }
}

/** Whether its pulls fetch no layer whose files it has by another digest. */
function leavesLayersOut(engine: EngineDescription | undefined): engine is EngineDescription {
  return engine?.imageStore === "containerd";
}

/** Milliseconds without an answer after which a notice appears on a terminal or in a log. */
const NOTICE_AFTER = { terminal: 2000, log: 5000 };

function noticeLater(host: string, stderr: CommandContext["stderr"]): NodeJS.Timeout {
  return setTimeout(
    () => stderr.write(`sti: waiting for the engine at ${host}\n`),
    stderr.isTTY === true ? NOTICE_AFTER.terminal : NOTICE_AFTER.log,
  );
}

/** A leftover that cannot be removed now is no failure: the next command tries again. */
async function problemOf(
  sweep: () => Promise<unknown>,
  signal: AbortSignal | undefined,
): Promise<readonly string[]> {
  try {
    await sweep();
    return [];
  } catch (error) {
    signal?.throwIfAborted();
    // Of the engine, or of the ledger's files.
    const isExpected = error instanceof EngineError || (error as NodeJS.ErrnoException).code !== undefined;
    if (!isExpected) throw error;
    return [`leftovers of an earlier session could not be removed: ${(error as Error).message}`];
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
