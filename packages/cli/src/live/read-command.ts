// Reads a command of the page. It can name only targets and containers that the session has.
import type { IncomingMessage } from "node:http";
import type { SessionView } from "@sti/core";
import type { PageCommand } from "../report/page/page-state.ts";

/** Bytes: names of all targets of a large config. */
const LONGEST = 256 * 1024;

/** The text of a request's body; undefined if it is too long or cut off. */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LONGEST) return undefined;
      chunks.push(chunk);
    }
  } catch (error) {
    // The page went away in the middle of it.
    if ((error as NodeJS.ErrnoException).code === "ECONNRESET") return undefined;
    throw error;
  }
  return Buffer.concat(chunks).toString();
}

/** Undefined where it is none. */
export function readCommand(text: string, { targets, watch }: SessionView): PageCommand | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { action, clean, kind, name, targets: names } = value as Readonly<Record<string, unknown>>;
  if (kind === "rebuild" && typeof clean === "boolean") {
    if (names === undefined) return { kind, targets: undefined, clean };
    const isKnown = (one: unknown): one is string => typeof one === "string" && targets.has(one);
    return Array.isArray(names) && names.length > 0 && names.every(isKnown)
      ? { kind, targets: names, clean }
      : undefined;
  }
  if (kind !== "container" || (action !== "restart" && action !== "halt")) return undefined;
  return typeof name === "string" && watch.containers.has(name) ? { kind, action, name } : undefined;
}
