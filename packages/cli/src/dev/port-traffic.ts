// What comes over the ports of a watch's containers: the last request of each port where it is plain HTTP, else connections.
// Chunks are looked at as they pass, and nothing of them is kept but the first line.
import type { PortTraffic } from "@sti/core";

/** One connection. */
export interface NotedConnection {
  sent(chunk: Uint8Array): void;
  answered(chunk: Uint8Array): void;
}

export interface TrafficLog {
  /** By port of this machine; undefined where nothing came. */
  of(hostPort: number): PortTraffic | undefined;
  /** A connection to a port has come. */
  connect(hostPort: number): NotedConnection;
}

/** Bytes that a first line may have. */
const LONGEST = 2048;
const REQUEST = /^([A-Z]{3,7}) (\/[!-~]*) HTTP\/1\.[01]\r?\n/;
const STATUS = /^HTTP\/1\.[01] ([1-5]\d\d)\b/;

/** `now`: milliseconds since 1970. */
export function createTrafficLog(now: () => number): TrafficLog {
  const ports = new Map<number, PortTraffic>();
  return {
    of: (hostPort) => ports.get(hostPort),
    connect(hostPort) {
      ports.set(hostPort, { connections: (ports.get(hostPort)?.connections ?? 0) + 1, at: now() });
      let own: PortTraffic["request"];
      const note = (request: NonNullable<PortTraffic["request"]>, at: number) => {
        own = request;
        ports.set(hostPort, { connections: ports.get(hostPort)?.connections ?? 1, at, request });
      };
      return {
        sent(chunk) {
          const [, method, path] = REQUEST.exec(headOf(chunk)) ?? [];
          // What follows the question mark may be a secret.
          if (method !== undefined && path !== undefined)
            note({ method, path: path.replace(/\?.*$/, "") }, now());
        },
        answered(chunk) {
          if (own === undefined || own.status !== undefined) return;
          const status = STATUS.exec(headOf(chunk))?.[1];
          if (status === undefined || status.startsWith("1")) return;
          const last = ports.get(hostPort);
          const answered = { ...own, status: Number(status) };
          if (last?.request === own) note(answered, last.at);
          own = answered;
        },
      };
    },
  };
}

function headOf(chunk: Uint8Array): string {
  return Buffer.from(chunk.buffer, chunk.byteOffset, Math.min(chunk.byteLength, LONGEST)).toString("latin1");
}
