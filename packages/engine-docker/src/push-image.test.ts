import { EngineError } from "@sti/core";
import { expect, test } from "vitest";
import type { Connection } from "./connect.ts";
import { pushImage } from "./push-image.ts";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

const OPTIONS = { env: {}, signal: new AbortController().signal };

/** An engine that answers a push with these lines. */
function answering(lines: readonly object[]): Connection {
  const refuse = () => Promise.reject(new Error("not a push"));
  return {
    speak: () => {},
    engineVersion: refuse,
    call: refuse,
    upgrade: refuse,
    openHttp2: refuse,
    open: async () => ({
      headers: {},
      bytes: (async function* () {
        for (const line of lines) yield Buffer.from(`${JSON.stringify(line)}\n`);
      })(),
      close: () => {},
    }),
  };
}

test.each([
  ["Docker's own image store", [{ status: `1: digest: ${DIGEST} size: 528` }, { aux: { Digest: DIGEST } }]],
  ["Docker's containerd image store, and Podman", [{ status: `1.0: digest: ${DIGEST} size: 423` }]],
  ["a field of its own", [{ push: { Tag: "1", Digest: DIGEST, Size: 423 } }]],
])("the digest of a push is read from %s", async (_, lines) => {
  const start = { status: "The push refers to repository [r.test/app]" };
  expect(await pushImage(answering([start, ...lines]), "r.test/app:1", OPTIONS)).toBe(DIGEST);
});

test("an answer that ends before it mentions any layer is no push", async () => {
  for (const lines of [[], [{ status: "Preparing", id: "a" }]]) {
    const push = pushImage(answering(lines), "r.test/app:1", OPTIONS);
    await expect(push).rejects.toMatchObject({ reason: "lost" });
  }
});

test("a push that ends well without a digest is a push all the same", async () => {
  expect(
    await pushImage(answering([{ status: "Pushed", id: "a" }]), "r.test/app:1", OPTIONS),
  ).toBeUndefined();
});

test("a push whose layers the engine cannot send fails before its longer waits, where that is asked for", async () => {
  const lines = [5, 4, 10].map((seconds) => ({ status: `Retrying in ${seconds} seconds`, id: "a" }));
  const done = [{ status: "Pushed", id: "a" }];
  expect(await pushImage(answering([...lines, ...done]), "r.test/app:1", OPTIONS)).toBeUndefined();
  const limited = { ...OPTIONS, longestWait: 5000 };
  await pushImage(answering([...lines.slice(0, 2), ...done]), "r.test/app:1", limited);
  const push = pushImage(answering([...lines, ...done]), "r.test/app:1", limited);
  await expect(push).rejects.toMatchObject({ reason: "push-network" });
});

test("an error in the answer of a push is its failure, in the engine's words", async () => {
  const line = { errorDetail: { message: "denied: no access" }, error: "denied: no access" };
  const push = pushImage(answering([line]), "r.test/app:1", OPTIONS);
  await expect(push).rejects.toBeInstanceOf(EngineError);
  await expect(push).rejects.toMatchObject({ reason: "push-denied", message: "denied: no access" });
});
