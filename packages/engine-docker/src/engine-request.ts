// One call to an engine, as data, and the limits of calls.
import type { Phase } from "./map-engine-error.ts";

/** One call. */
export type EngineRequest = RequestFields & RequestDuration;

interface RequestFields {
  /** In a few words, for errors: "create container". */
  readonly operation: string;
  readonly phase?: Phase;
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  /** Encoded, without a version and without a query. */
  readonly path: string;
  /** Sent without a version, and at once: for the calls that describe the engine. */
  readonly unversioned?: true;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Sent as a tar stream. Its own errors cut the request and reject the call as they are. */
  readonly upload?: AsyncIterable<Uint8Array>;
  /** Milliseconds that the engine may work before it answers by design: a container's grace, say. */
  readonly grace?: number | undefined;
}

/** Every call ends: after so many milliseconds, or because somebody can end it. */
type RequestDuration =
  | {
      /** Time limit for the engine's answer; `open` counts until the headers, `call` the whole answer. */
      readonly limit: number;
      readonly signal?: AbortSignal | undefined;
    }
  | { readonly limit: typeof UNLIMITED; readonly signal: AbortSignal };

/** A call that becomes the session, but for its method and path. */
export interface SessionRequest {
  readonly operation: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly signal: AbortSignal;
  readonly limit: number;
}

/** The limit of calls that do no long work: milliseconds. */
export const shortLimit = 60_000;

/** The limit of calls that write or delete whole file systems. */
export const diskLimit = 10 * 60_000;

/** The limit of calls that last as long as somebody else's work: builds, scripts, transfers. */
export const UNLIMITED = "as long as it takes";
