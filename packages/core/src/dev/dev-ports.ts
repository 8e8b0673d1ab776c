// What running containers of apps needs of the outside: time, probes, ports of this machine. Types only.
import type { DevProbe } from "../definition/dev-settings.ts";

/** Milliseconds since 1970, and timers. */
export interface DevClock {
  now(): number;
  /** Calls once after so many milliseconds. Returns what cancels it. */
  after(milliseconds: number, call: () => void): () => void;
}

/** Where a port of a container is reached from this machine. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Asks a container once whether it is up. */
export type AskProbe = (
  probe: DevProbe,
  address: Address,
  signal: AbortSignal,
) => Promise<
  /** Undefined: it is up. Else why not, as it follows "did not answer GET /health:". Rejects only when aborted. */
  string | undefined
>;

/** Takes a port of this machine, and hands its connections on to one container after the other. */
export interface Forwarder {
  /** Rejects with an Error whose message follows the port: "is taken". */
  listen(place: {
    /** Undefined: a free one. */
    readonly hostPort: number | undefined;
    /** Undefined: all addresses. */
    readonly hostIp: string | undefined;
  }): Promise<ForwardedPort>;
}

export interface ForwardedPort {
  readonly hostPort: number;
  /**
   * Where connections that come from now on go; undefined: they are closed. Those that are there stay; resolves when
   * none of them leads any more to where it pointed before.
   */
  pointTo(address: Address | undefined): Promise<void>;
  /** Closes all connections, too. */
  close(): Promise<void>;
}
