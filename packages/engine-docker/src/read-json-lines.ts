// Owns the splitting of a byte stream into JSON lines. Leaves what the lines mean to its callers.
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
  yield* parseLine(pending, operation);
}

const newline = 10;

function* parseLine(pieces: readonly Uint8Array[], operation: string) {
  const text = Buffer.concat(pieces).toString("utf8").trim();
  if (text === "") return;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notAnEngine(operation, text);
  }
  if (typeof value !== "object" || value === null) throw notAnEngine(operation, text);
  yield value as Record<string, unknown>;
}
