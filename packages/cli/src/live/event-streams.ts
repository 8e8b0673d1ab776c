// Streams of server-sent events. What a slow reader has not taken yet is not queued: it gets the newest state later.
import type { ServerResponse } from "node:http";

export interface StreamMessage {
  readonly event: string;
  readonly id?: string;
  /** JSON. */
  readonly data: string;
}

export interface EventStreams {
  /** `next` returns what the reader does not have yet; undefined if it has everything. */
  add(response: ServerResponse, next: () => StreamMessage | undefined): void;
  /** Something may have changed. */
  wake(): void;
  /** Sends the rest and a last message to all, and ends the streams. */
  close(last: StreamMessage): void;
}

/** Milliseconds. Changes that come together are sent together. */
const INTERVAL = 100;
/** Milliseconds after which a silent stream says that it is there. */
const BEAT = 15_000;
/** Milliseconds after which a reader asks again where a stream has broken off. */
const RETRY = 1000;

export function createEventStreams(): EventStreams {
  const readers = new Map<ServerResponse, () => StreamMessage | undefined>();
  let timer: NodeJS.Timeout | undefined;
  const send = (response: ServerResponse, { data, event, id }: StreamMessage) => {
    response.write(`event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`);
  };
  const flush = () => {
    for (const [response, next] of readers) {
      if (response.writableNeedDrain) continue;
      const message = next();
      if (message !== undefined) send(response, message);
    }
  };
  const beat = setInterval(() => {
    for (const response of readers.keys()) {
      if (!response.writableNeedDrain) send(response, { event: "beat", data: "1" });
    }
  }, BEAT);
  beat.unref();
  const wake = () => {
    if (timer !== undefined || readers.size === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      flush();
    }, INTERVAL);
    timer.unref();
  };
  return {
    add(response, next) {
      response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
      response.write(`retry: ${RETRY}\n\n`);
      response.on("drain", wake);
      response.on("close", () => readers.delete(response));
      readers.set(response, next);
      const message = next();
      if (message !== undefined) send(response, message);
    },
    wake,
    close(last) {
      clearTimeout(timer);
      clearInterval(beat);
      flush();
      for (const response of readers.keys()) {
        send(response, last);
        response.end();
      }
      readers.clear();
    },
  };
}
