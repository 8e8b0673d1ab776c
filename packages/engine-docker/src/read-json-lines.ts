// Owns the splitting of a byte stream into JSON lines. Leaves the meaning of the lines to its callers.
import { EngineError } from "@sti/core";
import { notAnEngine } from "./map-engine-error.ts";

/** Yields the objects of a stream of newline-separated JSON, wherever the chunks begin and end. */
export async function* readJsonLines(
  source: AsyncIterable<Uint8Array>,
  operation: string,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  let pending: Uint8Array[] = [];
  for await (const chunk of source) {
    let from = 0;
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      pending.push(chunk.subarray(from, at));
      yield* parseLine(pending, operation);
      pending = [];
      from = at + 1;
    }
    if (from < chunk.length) pending.push(chunk.subarray(from));
  }
  // An engine ends its lines: half a line at the end is an answer that was cut off.
  yield* parseLine(pending, operation, { isWhole: false });
}

const newline = 10;

function cutOff(operation: string): EngineError {
  return new EngineError({ reason: "lost", operation, message: "the engine's answer was cut off" });
}

function* parseLine(pieces: readonly Uint8Array[], operation: string, { isWhole = true } = {}) {
  const text = Buffer.concat(pieces).toString("utf8").trim();
  if (text === "") return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw isWhole || !text.startsWith("{") ? notAnEngine(operation, text) : cutOff(operation);
  }
  if (typeof value !== "object" || value === null) throw notAnEngine(operation, text);
  yield value as Record<string, unknown>;
}
