// The outside world for containers of apps: time, probes, ports of this machine. Types only.
import type { NetworkProbe } from "../definition/dev-settings.ts";

/** Milliseconds since 1970, and timers. */
export interface DevClock {
  now(): number;
  /** Calls once after so many milliseconds. Returns a function that cancels the call. */
  after(milliseconds: number, call: () => void): () => void;
}

/** The address of a container's port, as reached from this machine. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Asks a container once whether it is up. */
export type AskProbe = (
  probe: NetworkProbe,
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
   * Sets the address for new connections; undefined: they are closed. Present connections stay; resolves when
   * none of them leads to the previous address any more.
   */
  pointTo(address: Address | undefined): Promise<void>;
  /** Closes all connections, too. */
  close(): Promise<void>;
}

/** What came over a forwarded port last. */
export interface PortTraffic {
  /** Since the port is there. */
  readonly connections: number;
  /** Of the last request or connection, milliseconds since 1970. */
  readonly at: number;
  /** Undefined where the last connection is none of plain HTTP, or has sent nothing yet. */
  readonly request?: { readonly method: string; readonly path: string; readonly status?: number } | undefined;
}
