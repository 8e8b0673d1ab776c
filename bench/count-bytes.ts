// Stands between a client and an engine and counts the bytes of both directions. Unix socket to unix socket.
import { createConnection, createServer, type Socket } from "node:net";

export interface ByteCounter {
  /** Address for clients. */
  readonly host: string;
  /** Bytes since the last call, sent and received. */
  take(): number;
  close(): Promise<void>;
}

/** `socket`: path of the new socket; `target`: of the engine's. */
export async function countBytes(options: {
  readonly socket: string;
  readonly target: string;
}): Promise<ByteCounter> {
  let bytes = 0;
  const open = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const engine = createConnection({ path: options.target, allowHalfOpen: true });
    for (const [from, to] of [
      [client, engine],
      [engine, client],
    ] as const) {
      open.add(from);
      from.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      // A side that is gone ends the other.
      from.on("error", () => to.destroy()).on("close", () => open.delete(from));
      from.pipe(to);
    }
  });
  const listening = Promise.withResolvers<void>();
  server.once("error", listening.reject).listen(options.socket, listening.resolve);
  await listening.promise;
  return {
    host: `unix://${options.socket}`,
    take() {
      const counted = bytes;
      bytes = 0;
      return counted;
    },
    async close() {
      const closed = Promise.withResolvers<void>();
      server.close(() => closed.resolve());
      for (const socket of open) socket.destroy();
      await closed.promise;
    },
  };
}
