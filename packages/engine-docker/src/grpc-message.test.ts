import { expect, test } from "vitest";
import { createMessageReader, frameMessage, MessageProblem, readField, writeField } from "./grpc-message.ts";

const text = (value: Uint8Array | undefined) => value && Buffer.from(value).toString();
const messages = ["first", "", "x".repeat(300)].map((value) => Buffer.from(value));

test.each([1, 2, 3, 4, 5, 6, 7, 11, 1000])("messages are read from chunks of %d bytes", (size) => {
  const stream = Buffer.concat(messages.map(frameMessage));
  const reader = createMessageReader();
  const found: Uint8Array[] = [];
  for (let at = 0; at < stream.length; at += size) found.push(...reader.read(stream.subarray(at, at + size)));
  expect(found.map(text)).toEqual(messages.map(text));
  expect(reader.isWithin).toBe(false);
});

test("a message that has begun is noted", () => {
  const reader = createMessageReader();
  expect(reader.read(Uint8Array.of(0, 0))).toEqual([]);
  expect(reader.isWithin).toBe(true);
});

test.each([
  ["compressed", Uint8Array.of(1, 0, 0, 0, 0)],
  ["longer than engines send them", Uint8Array.of(0, 0xff, 0, 0, 0)],
])("a message that is %s is refused", (_, bytes) => {
  expect(() => createMessageReader().read(bytes)).toThrow(MessageProblem);
});

test("a field is found among others of every kind", () => {
  const message = Buffer.concat([
    Uint8Array.of(0x10, 0xff, 0x01), // field 2, a number
    Uint8Array.of(0x19, 1, 2, 3, 4, 5, 6, 7, 8), // field 3, 64 bits
    Uint8Array.of(0x25, 1, 2, 3, 4), // field 4, 32 bits
    writeField(1, Buffer.from("a")),
    writeField(500, Buffer.from("far")),
    writeField(1, Buffer.from("b")),
  ]);
  expect(text(readField(message, 1))).toBe("b");
  expect(text(readField(message, 500))).toBe("far");
  expect(readField(message, 2)).toBeUndefined();
  expect(readField(new Uint8Array(), 1)).toBeUndefined();
});

test.each([0, 1, 127, 128, 60_000, 1 << 20])("a value of %d bytes is read as it was written", (length) => {
  const value = Buffer.alloc(length, 7);
  expect(readField(writeField(1, value), 1)?.length).toBe(length);
});

test.each([
  ["a number without an end", Uint8Array.of(0x0a, 0x80)],
  ["an endless number", new Uint8Array(40).fill(0xff)],
  ["a value that is cut", Uint8Array.of(0x0a, 5, 1, 2)],
  ["64 bits that are cut", Uint8Array.of(0x19, 1)],
  ["a group, which nobody sends", Uint8Array.of(0x0b, 0x0c)],
])("%s is refused", (_, message) => {
  expect(() => readField(message, 1)).toThrow(MessageProblem);
});
