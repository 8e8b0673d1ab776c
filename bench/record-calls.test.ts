import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { recordCalls } from "./record-calls.ts";

const ID = "0123456789abcdef".repeat(4);

test("a recording has each call, what it had waited for, and the id of what it made", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sti-record-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const target = join(folder, "engine.sock");
  const engine = http.createServer((_, response) => void response.end(JSON.stringify({ Id: ID })));
  await new Promise<void>((resolve) => engine.listen(target, resolve));
  onTestFinished(() => void engine.close());
  const calls = await recordCalls({ socket: join(folder, "recorder.sock"), target }, async (host) => {
    await post(host, "/containers/create", "a body");
    await post(host, "/commit", "");
  });
  expect(calls).toMatchObject([
    { method: "POST", path: "/containers/create", afterEnd: [], afterBegin: [], madeId: ID },
    { method: "POST", path: "/commit", afterEnd: [0], afterBegin: [], body: "" },
  ]);
  expect(Buffer.from(calls[0]?.body ?? "", "base64").toString()).toBe("a body");
});

function post(host: string, path: string, body: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  http
    .request({ socketPath: host.replace("unix://", ""), method: "POST", path }, (answer) => {
      answer.resume().on("end", resolve);
    })
    .on("error", reject)
    .end(body);
  return promise;
}
