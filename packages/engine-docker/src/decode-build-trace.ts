// Owns the wire format of BuildKit's status messages, as far as sti reads it. Leaves their meaning to
// decode-build-stream.ts. Fields it does not know are skipped, so newer engines do no harm.
import type { Reader } from "protobufjs";

/** A step of the build, as BuildKit reports it. It comes again each time something about it changes. */
export interface TracedVertex {
  readonly digest: string;
  readonly name: string;
  /** "" unless it failed. */
  readonly error: string;
}

/** A piece of a step's output. */
export interface TracedLog {
  readonly vertex: string;
  /** 1 is stdout, 2 is stderr. */
  readonly stream: number;
  readonly bytes: Uint8Array;
}

export interface BuildTrace {
  readonly vertexes: readonly TracedVertex[];
  readonly logs: readonly TracedLog[];
}

export type DecodeTrace = (bytes: Uint8Array) => BuildTrace;

/** The protobuf reader is loaded with the first build. */
export async function loadTraceDecoder(): Promise<DecodeTrace> {
  const { default: protobuf } = await import("protobufjs/minimal.js");
  return (bytes) => {
    const vertexes: TracedVertex[] = [];
    const logs: TracedLog[] = [];
    readFields(protobuf.Reader.create(bytes), undefined, {
      1: (reader) => vertexes.push(readVertex(reader)),
      3: (reader) => logs.push(readLog(reader)),
    });
    return { vertexes, logs };
  };
}

function readVertex(reader: Reader): TracedVertex {
  const vertex = { digest: "", name: "", error: "" };
  readFields(reader, reader.uint32(), {
    1: () => {
      vertex.digest = reader.string();
    },
    3: () => {
      vertex.name = reader.string();
    },
    7: () => {
      vertex.error = reader.string();
    },
  });
  return vertex;
}

function readLog(reader: Reader): TracedLog {
  const log = { vertex: "", stream: 1, bytes: new Uint8Array() };
  readFields(reader, reader.uint32(), {
    1: () => {
      log.vertex = reader.string();
    },
    3: () => {
      log.stream = reader.int32();
    },
    4: () => {
      log.bytes = Uint8Array.from(reader.bytes());
    },
  });
  return log;
}

/** Reads a message of `length` bytes, or to the end: known fields by their reader, the others skipped. */
function readFields(
  reader: Reader,
  length: number | undefined,
  fields: Readonly<Record<number, (reader: Reader) => unknown>>,
): void {
  const end = length === undefined ? reader.len : reader.pos + length;
  while (reader.pos < end) {
    const tag = reader.uint32();
    const read = fields[tag >>> 3];
    if (read === undefined) reader.skipType(tag & 7);
    else read(reader);
  }
}
