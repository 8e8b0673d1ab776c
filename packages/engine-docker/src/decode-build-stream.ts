// Owns the reading of a build's answer: output, image id, and whether and why it failed. A build succeeded only
// when the stream ended whole, named an image and carried no error. Leaves HTTP to connect.ts.
import { EngineError, type OnOutput } from "@sti/core";
import { type DecodeTrace, loadTraceDecoder, type TracedVertex } from "./decode-build-trace.ts";
import { asImageId, asObject } from "./json-fields.ts";
import { classifyRegistry, isDiskFull, notAnEngine, readErrorText } from "./map-engine-error.ts";
import { readJsonLines } from "./read-json-lines.ts";

const operation = "build image";

/**
 * Docker's image store of containerd, to the later one of two builds that name the same image at one moment: the image is
 * there, by the id in the message.
 */
const NAMED_BY_OTHER = /^image "moby-dangling@(sha256:[0-9a-f]{64})": already exists$/;

/** Resolves to the image's id; rejects with EngineError for every other end. */
export async function decodeBuildStream(
  bytes: AsyncIterable<Uint8Array>,
  onOutput: OnOutput,
): Promise<string> {
  let decode: DecodeTrace | undefined;
  let id: string | undefined;
  let error: string | undefined;
  let failed: TracedVertex | undefined;
  for await (const line of readJsonLines(bytes, operation)) {
    if (line.id === "moby.buildkit.trace" && typeof line.aux === "string") {
      decode ??= await loadTraceDecoder();
      const trace = decodeAux(decode, line.aux);
      for (const log of trace.logs) {
        onOutput({ stream: log.stream === 2 ? "stderr" : "stdout", bytes: log.bytes });
      }
      failed ??= trace.vertexes.find((vertex) => vertex.error !== "" && !isCancellation(vertex.error));
    } else if (typeof line.stream === "string") {
      onOutput({ stream: "stdout", bytes: Buffer.from(line.stream) });
    }
    id = readImageId(line.aux) ?? id;
    error ??= readError(line);
  }
  if (error !== undefined || failed !== undefined) {
    const failure = describeFailure(error, failed);
    const namedByOther = NAMED_BY_OTHER.exec(failure.message)?.[1];
    if (namedByOther !== undefined) return namedByOther;
    throw failure;
  }
  if (id !== undefined) return id;
  const message = "the engine's answer ended before it named an image";
  throw new EngineError({ reason: "build-incomplete", operation, message });
}

function describeFailure(error: string | undefined, failed: TracedVertex | undefined): EngineError {
  const message = failed?.error || error || "";
  const exitCode = readExitCode(message) ?? readExitCode(error ?? "");
  return new EngineError({ reason: classify(message, failed, exitCode), operation, message, exitCode });
}

function classify(message: string, failed: TracedVertex | undefined, exitCode: number | undefined) {
  if (isDiskFull(message)) return "disk-full";
  if (exitCode !== undefined) return "build-failed";
  const fetching = /^\[internal\] load metadata for |\bFROM \S+$/.test(failed?.name ?? "");
  const answer = fetching ? classifyRegistry(message) : undefined;
  return answer === undefined ? "build-failed" : (`pull-${answer}` as const);
}

/** 20.10: "executor failed running […]: exit code: 7"; later: "process … did not complete successfully: exit code: 7". */
function readExitCode(message: string): number | undefined {
  const match = /(?:exit code:|exit status|returned a non-zero code:) (\d+)/.exec(message);
  return match?.[1] === undefined ? undefined : Number(match[1]);
}

/** Steps that ran beside the failed one are reported as failed too. */
function isCancellation(error: string): boolean {
  return /^(context canceled|.*: context canceled)$/.test(error);
}

function readImageId(aux: unknown): string | undefined {
  return asImageId(asObject(aux).ID) || undefined;
}

/** The error of a line of the engine's progress streams, undefined for lines that carry none. */
export function readError(line: Readonly<Record<string, unknown>>): string | undefined {
  const { error, errorDetail } = line;
  if (errorDetail === undefined && error === undefined) return undefined;
  return readErrorText({ error, errorDetail }) ?? JSON.stringify(errorDetail ?? error);
}

function decodeAux(decode: DecodeTrace, aux: string) {
  try {
    return decode(Buffer.from(aux, "base64"));
  } catch (cause) {
    throw notAnEngine(operation, `unreadable build trace (${String(cause)})`);
  }
}
