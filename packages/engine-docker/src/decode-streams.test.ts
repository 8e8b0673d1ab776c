import type { OutputChunk } from "@sti/core";
import fc from "fast-check";
import protobuf from "protobufjs/minimal.js";
import { expect, test } from "vitest";
import { decodeBuildStream } from "./decode-build-stream.ts";
import { decodeLogStream } from "./decode-log-stream.ts";
import { readJsonLines } from "./read-json-lines.ts";
import { readTarHead } from "./read-tar-head.ts";

/** Any cutting of the bytes into chunks, also empty ones. */
const cuts = fc.array(fc.nat(), { maxLength: 40 });

async function* cut(bytes: Uint8Array, places: readonly number[]): AsyncGenerator<Uint8Array> {
  const sorted = places.map((place) => place % (bytes.length + 1)).toSorted((a, b) => a - b);
  let from = 0;
  for (const to of [...sorted, bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

test("log frames decode alike wherever the chunks are cut", async () => {
  const frames = fc.array(
    fc.record({ type: fc.constantFrom(1, 2), bytes: fc.uint8Array({ maxLength: 50 }) }),
  );
  await fc.assert(
    fc.asyncProperty(frames, cuts, async (written, places) => {
      const encoded = Buffer.concat(written.map(({ type, bytes }) => frame(type, bytes)));
      const read = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
      for await (const { stream, bytes } of decodeLogStream(cut(encoded, places))) read[stream].push(bytes);
      const expected = (type: number) => written.filter((one) => one.type === type).map((one) => one.bytes);
      expect(Buffer.concat(read.stdout)).toEqual(Buffer.concat(expected(1)));
      expect(Buffer.concat(read.stderr)).toEqual(Buffer.concat(expected(2)));
    }),
  );
});

test("many small log frames in one chunk are no burden to the stack", async () => {
  const encoded = Buffer.concat(Array.from({ length: 50_000 }, () => frame(1, Uint8Array.of(97))));
  let length = 0;
  for await (const { bytes } of decodeLogStream(cut(encoded, []))) length += bytes.length;
  expect(length).toBe(50_000);
});

test("JSON lines decode alike wherever the chunks are cut", async () => {
  const lines = fc.array(fc.dictionary(fc.string(), fc.string({ unit: "grapheme" })));
  await fc.assert(
    fc.asyncProperty(lines, cuts, async (written, places) => {
      const text = written.map((line) => `${JSON.stringify(line)}\r\n`).join("");
      const read = await readAll(cut(Buffer.from(text), places));
      expect(read).toEqual(written);
    }),
  );
});

test("what is no JSON is not an engine's answer", async () => {
  const reading = readAll(cut(Buffer.from("<html>\n"), []));
  await expect(reading).rejects.toMatchObject({ reason: "not-an-engine", operation: "build image" });
});

test("a stream that ends within a line was cut off, and is no other kind of answer", async () => {
  const bytes = Buffer.from('{"stream":"Step 1"}\n{"stream":"St');
  const read = async () => {
    for await (const _ of readJsonLines(cut(bytes, [3]), "build image"));
  };
  await expect(read()).rejects.toMatchObject({ reason: "lost" });
});

test("an image id without its algorithm is read like one with it", async () => {
  const hex = "ab".repeat(32);
  for (const written of [hex, `sha256:${hex}`]) {
    const bytes = Buffer.from(`${JSON.stringify({ aux: { ID: written } })}\n`);
    expect(await decodeBuildStream(cut(bytes, []), () => {})).toBe(`sha256:${hex}`);
  }
});

test("a build's output and id decode alike wherever the chunks are cut", async () => {
  const lines = [
    trace({ vertex: { digest: "a", name: "[1/2] RUN x" } }),
    trace({ log: { vertex: "a", stream: 1, text: "grüße\n" } }),
    trace({ log: { vertex: "a", stream: 2, text: "warn\n" } }),
    imageLine,
  ];
  await fc.assert(
    fc.asyncProperty(cuts, async (places) => {
      const output: OutputChunk[] = [];
      const bytes = cut(Buffer.from(lines.map((line) => `${line}\n`).join("")), places);
      expect(await decodeBuildStream(bytes, (chunk) => output.push(chunk))).toBe("sha256:1");
      expect(output.map(({ stream, bytes }) => [stream, Buffer.from(bytes).toString()])).toEqual([
        ["stdout", "grüße\n"],
        ["stderr", "warn\n"],
      ]);
    }),
  );
});

test("fields of a trace that are not known are skipped", async () => {
  const writer = protobuf.Writer.create();
  writer
    .uint32((99 << 3) | 2)
    .string("new")
    .uint32((98 << 3) | 0)
    .uint32(7);
  const unknown = auxLine(writer.finish());
  expect(await decode([unknown, imageLine])).toBe("sha256:1");
});

test.each([
  ["executor failed running [/bin/sh -c exit 7]: exit code: 7", 7],
  ['process "/bin/sh -c exit 3" did not complete successfully: exit code: 3', 3],
])("a build that fails with %s has the command's exit code", async (error, exitCode) => {
  const lines = [trace({ vertex: { digest: "a", name: "RUN", error } }), errorLine("failed to solve")];
  await expect(decode(lines)).rejects.toMatchObject({ reason: "build-failed", exitCode, message: error });
});

test("steps that were cancelled beside the failed one do not hide it", async () => {
  const lines = [
    trace({ vertex: { digest: "a", name: "RUN", error: "context canceled" } }),
    trace({ vertex: { digest: "b", name: "RUN", error: "executor failed: exit code: 2" } }),
    errorLine("executor failed: exit code: 2"),
  ];
  await expect(decode(lines)).rejects.toMatchObject({ exitCode: 2 });
});

test("an image that came before an error does not make a build good", async () => {
  await expect(decode([imageLine, errorLine("boom")])).rejects.toMatchObject({ message: "boom" });
});

test("an image that another build has named at the same moment is there", async () => {
  const id = `sha256:${"a".repeat(64)}`;
  const answer = (error: string) => cut(Buffer.from(`${JSON.stringify({ error })}\n`), []);
  const others = `image "moby-dangling@${id}": already exists`;
  expect(await decodeBuildStream(answer(others), () => {})).toBe(id);
  await expect(decodeBuildStream(answer(`RUN says ${others}`), () => {})).rejects.toMatchObject({
    reason: "build-failed",
  });
});

test("a build that ends without an image is incomplete", async () => {
  const lines = [trace({ vertex: { digest: "a", name: "RUN" } })];
  await expect(decode(lines)).rejects.toMatchObject({ reason: "build-incomplete" });
});

test("a build that finds the disk full says so", async () => {
  const lines = [errorLine("write /x: no space left on device")];
  await expect(decode(lines)).rejects.toMatchObject({ reason: "disk-full" });
});

test("a base image that cannot be had is a failed pull", async () => {
  const error = 'failed to do request: Head "https://r/v2/x": dial tcp: lookup r: no such host';
  const name = "[internal] load metadata for docker.io/library/x:1";
  const lines = [trace({ vertex: { digest: "a", name, error } }), errorLine(error)];
  await expect(decode(lines)).rejects.toMatchObject({ reason: "pull-network" });
});

test("the first bytes of a file come out of its archive, past extension headers", async () => {
  const archive = Buffer.concat([tarEntry("x", "11 path=a\n"), tarEntry("0", "hello world")]);
  await fc.assert(
    fc.asyncProperty(cuts, fc.nat({ max: 11 }), async (places, wanted) => {
      const head = await readTarHead(cut(archive, places), wanted);
      expect(Buffer.from(head).toString()).toBe("hello world".slice(0, wanted));
    }),
  );
});

async function readAll(bytes: AsyncIterable<Uint8Array>): Promise<unknown[]> {
  const lines: unknown[] = [];
  for await (const line of readJsonLines(bytes, "build image")) lines.push(line);
  return lines;
}

const imageLine = JSON.stringify({ id: "moby.image.id", aux: { ID: "sha256:1" } });

function errorLine(message: string): string {
  return JSON.stringify({ errorDetail: { message }, error: message });
}

function decode(lines: readonly string[]): Promise<string> {
  return decodeBuildStream(cut(Buffer.from(lines.join("\n")), []), () => {});
}

function frame(type: number, bytes: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header[0] = type;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

function trace(part: {
  readonly vertex?: { readonly digest: string; readonly name: string; readonly error?: string };
  readonly log?: { readonly vertex: string; readonly stream: number; readonly text: string };
}): string {
  const writer = protobuf.Writer.create();
  if (part.vertex !== undefined) {
    writer.uint32((1 << 3) | 2).fork();
    writer.uint32((1 << 3) | 2).string(part.vertex.digest);
    writer.uint32((3 << 3) | 2).string(part.vertex.name);
    writer.uint32((4 << 3) | 0).bool(false);
    if (part.vertex.error !== undefined) writer.uint32((7 << 3) | 2).string(part.vertex.error);
    writer.ldelim();
  }
  if (part.log !== undefined) {
    writer.uint32((3 << 3) | 2).fork();
    writer.uint32((1 << 3) | 2).string(part.log.vertex);
    writer.uint32((3 << 3) | 0).int64(part.log.stream);
    writer.uint32((4 << 3) | 2).bytes(Buffer.from(part.log.text));
    writer.ldelim();
  }
  return auxLine(writer.finish());
}

function auxLine(bytes: Uint8Array): string {
  return JSON.stringify({ id: "moby.buildkit.trace", aux: Buffer.from(bytes).toString("base64") });
}

function tarEntry(type: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(content.length.toString(8).padStart(11, "0"), 124);
  header.write(type, 156);
  return Buffer.concat([header, Buffer.from(content.padEnd(512, "\0"))]);
}
