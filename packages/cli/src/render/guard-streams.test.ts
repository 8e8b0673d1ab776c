import { EventEmitter } from "node:events";
import { expect, it } from "vitest";
import { guardStreams } from "./guard-streams.ts";

function createStream() {
  const written: string[] = [];
  return Object.assign(new EventEmitter(), {
    written,
    write(text: string) {
      written.push(text);
      return true;
    },
  });
}

it("stops writing to a pipe whose reader is gone, and goes on otherwise", () => {
  const stream = createStream();
  guardStreams([stream]);
  stream.write("a");
  stream.emit("error", Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
  expect(stream.write("b")).toBe(true);
  expect(stream.written).toEqual(["a"]);
});

it("does not hide other errors of the stream", () => {
  const stream = createStream();
  guardStreams([stream]);
  expect(() => stream.emit("error", Object.assign(new Error("disk"), { code: "ENOSPC" }))).toThrow("disk");
});
