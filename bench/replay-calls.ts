// A program: makes recorded calls again, each as soon as what it had waited for is there, and prints the milliseconds
// from the first call to the last answer. Does nothing else, so that it is the least that the same work can cost.
import { readFileSync } from "node:fs";
import { Agent, type IncomingMessage, request } from "node:http";
import type { RecordedCall } from "./record-calls.ts";

export interface Replay {
  /** Path of the engine's socket. */
  readonly socket: string;
  readonly calls: readonly RecordedCall[];
  /** Put in the place of texts of the recording, in paths and bodies; of the same length. */
  readonly replacements: readonly (readonly [string, string])[];
}

const MADE_ID = /"I[dD]":"(?:sha256:)?([0-9a-f]{64})"/;

const { calls, replacements, socket } = JSON.parse(readFileSync(process.argv[2] as string, "utf8")) as Replay;
const agent = new Agent({ keepAlive: true });
const current = new Map(replacements);
const begun = calls.map(() => Promise.withResolvers<void>());
const ended = calls.map(() => Promise.withResolvers<void>());
const bodies = calls.map(({ body }) => Buffer.from(body, "base64"));

const started = performance.now();
await Promise.all(calls.map(replay));
process.stdout.write(`${performance.now() - started}\n`);
agent.destroy();

async function replay(call: RecordedCall, number: number): Promise<void> {
  await Promise.all([
    ...call.afterEnd.map((other) => ended[other]?.promise),
    ...call.afterBegin.map((other) => begun[other]?.promise),
  ]);
  const body = Buffer.from(replaced(bodies[number]?.toString("latin1") ?? ""), "latin1");
  const answer = await send(call, body);
  begun[number]?.resolve();
  let text = "";
  for await (const chunk of answer.setEncoding("latin1")) text += chunk;
  if ((answer.statusCode ?? 500) >= 400) throw new Error(`${call.method} ${call.path}: ${text}`);
  const madeId = MADE_ID.exec(text)?.[1];
  if (call.madeId !== undefined && madeId !== undefined) current.set(call.madeId, madeId);
  ended[number]?.resolve();
}

function send({ contentType, method, path }: RecordedCall, body: Buffer): Promise<IncomingMessage> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const headers = {
    ...(contentType === undefined ? {} : { "content-type": contentType }),
    ...(body.length > 0 || method !== "GET" ? { "content-length": body.length } : {}),
  };
  request({ socketPath: socket, agent, method, path: replaced(path), headers }, resolve)
    .on("error", reject)
    .end(body);
  return promise;
}

/** In one pass: inserted text may occur in the recording, too. */
function replaced(text: string): string {
  const pattern = new RegExp([...current.keys()].join("|"), "g");
  return text.replace(pattern, (found) => current.get(found) ?? found);
}
