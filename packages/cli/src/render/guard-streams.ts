// A reader that goes away (`sti run | head`) must not end the work: its unread output is dropped.

/** A stream whose end is not an error any more; other errors of it still are. */
export interface GuardedStream {
  on(event: "error", listener: (error: NodeJS.ErrnoException) => void): unknown;
  write: (...values: never[]) => unknown;
}

/** Makes writes to a closed pipe do nothing, on each of the streams. Call once, before anything is written. */
export function guardStreams(streams: readonly GuardedStream[]): void {
  for (const stream of streams) {
    stream.on("error", (error) => {
      if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED" && error.code !== "EIO")
        throw error;
      stream.write = (...values: never[]) => {
        const callback = values.at(-1) as unknown;
        if (typeof callback === "function") queueMicrotask(() => callback());
        return true;
      };
    });
  }
}
