// Owns the bytes of gRPC, as far as messages of one or two fields need them: the frame around a message, and protobuf's
// fields in it.

/** One byte: whether the message is compressed. Four bytes: its length. */
const HEAD_LENGTH = 5;
/** Engines send no longer messages; a longer one would only fill the memory. */
const LONGEST = 16 * 1024 ** 2;
/** Protobuf's wire types, and the lengths of those whose length is fixed. */
const WIRE = { varint: 0, bytes: 2 } as const;
const FIXED_LENGTHS: Readonly<Record<number, number>> = { 1: 8, 5: 4 };

/** Bytes that are no gRPC message. */
export class MessageProblem extends Error {
  override readonly name = "MessageProblem";
}

export function frameMessage(message: Uint8Array): Uint8Array {
  const head = Buffer.alloc(HEAD_LENGTH);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Takes a stream's chunks, wherever they are cut, and returns the messages that are complete. */
export interface MessageReader {
  /** Throws MessageProblem. */
  read(chunk: Uint8Array): readonly Uint8Array[];
  /** Whether a message has begun and is not complete. */
  readonly isWithin: boolean;
}

export function createMessageReader(): MessageReader {
  // Joined only when they are enough: a message may come in many small chunks.
  let chunks: Uint8Array[] = [];
  let length = 0;
  let needed = HEAD_LENGTH;
  return {
    read(chunk) {
      chunks.push(chunk);
      length += chunk.length;
      if (length < needed) return [];
      const messages: Uint8Array[] = [];
      let rest = Buffer.concat(chunks);
      for (needed = HEAD_LENGTH; rest.length >= needed; needed = HEAD_LENGTH) {
        if (rest[0] !== 0) throw new MessageProblem("a gRPC message is compressed");
        const end = HEAD_LENGTH + rest.readUInt32BE(1);
        if (end > LONGEST) throw new MessageProblem("a gRPC message is too long");
        if (rest.length < end) {
          needed = end;
          break;
        }
        messages.push(rest.subarray(HEAD_LENGTH, end));
        rest = rest.subarray(end);
      }
      chunks = [rest];
      length = rest.length;
      return messages;
    },
    get isWithin() {
      return length > 0;
    },
  };
}

/** A field of text or bytes. */
export function writeField(number: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([writeVarint((number << 3) | WIRE.bytes), writeVarint(value.length), value]);
}

/** Value of a field of text or bytes; of several the last, as protobuf has it. Throws MessageProblem. */
export function readField(message: Uint8Array, number: number): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  let at = 0;
  const readVarint = () => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = message[at];
      if (byte === undefined || factor > 2 ** 63)
        throw new MessageProblem("a number in a gRPC message is cut");
      at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = readVarint();
    const wire = tag % 8;
    if (wire === WIRE.varint) {
      readVarint();
      continue;
    }
    const length = wire === WIRE.bytes ? readVarint() : FIXED_LENGTHS[wire];
    if (length === undefined || at + length > message.length) {
      throw new MessageProblem("a field of a gRPC message is cut");
    }
    if (tag === number * 8 + WIRE.bytes) found = message.subarray(at, at + length);
    at += length;
  }
  return found;
}

/** Seven bits in a byte, the lowest first. */
function writeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
