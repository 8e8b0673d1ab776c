// A lock between processes of one machine that nobody can leave behind: an abstract unix socket (Linux), which the
// kernel frees when its holder ends, however it ends.
import { createConnection, createServer, type Socket } from "node:net";

/**
 * Runs `work` while no other process holds the lock of this name; waits its turn as long as it takes, and calls
 * `onWait` before.
 */
export async function withLock<T>(
  name: string,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
  onWait?: () => void,
): Promise<T> {
  const address = `\0${name}`;
  let release = await take(address);
  if (release === undefined) onWait?.();
  while (release === undefined) {
    signal?.throwIfAborted();
    await released(address, signal);
    release = await take(address);
  }
  try {
    return await work();
  } finally {
    release();
  }
}

/** Takes the address; the result gives it back. Undefined when somebody else has it. */
function take(address: string): Promise<(() => void) | undefined> {
  const waiting = new Set<Socket>();
  const { promise, resolve, reject } = Promise.withResolvers<(() => void) | undefined>();
  const server = createServer((socket) => {
    waiting.add(socket);
    socket.on("error", () => socket.destroy()); // a waiter that went away
    socket.on("close", () => waiting.delete(socket));
  });
  server.on("error", (error: NodeJS.ErrnoException) =>
    error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
  );
  const release = () => {
    server.close();
    for (const socket of waiting) socket.destroy();
  };
  server.listen(address, () => resolve(release));
  return promise;
}

/** Waits until the holder's end of a connection closes. */
function released(address: string, signal: AbortSignal | undefined): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const socket = createConnection(address);
  const stop = () => socket.destroy();
  signal?.addEventListener("abort", stop);
  socket.on("error", () => undefined); // gone in between: "close" follows
  socket.on("close", () => {
    signal?.removeEventListener("abort", stop);
    resolve();
  });
  socket.resume();
  return promise;
}
