import type { ArtifactStore } from "@sti/core";
import { expect, test } from "vitest";
import { createTaskLog, readLog } from "./task-log.ts";
import type { TargetEvent } from "./task-topics.ts";

const line = (text: string): TargetEvent => ({ type: "target-output", stream: "stdout", text });

/** A store with one file. `refusal`: why it takes none, undefined if it does. */
function createArtifacts(refusal: () => string | undefined) {
  let bytes: Buffer | undefined;
  let writings = 0;
  const store: Pick<ArtifactStore, "add" | "find" | "open"> = {
    add: async (_tag, { open }) => {
      writings += 1;
      const problem = refusal();
      if (problem !== undefined) throw new Error(problem);
      const chunks: Uint8Array[] = [];
      for await (const chunk of open()) chunks.push(chunk);
      bytes = Buffer.concat(chunks);
    },
    find: async (tag) => ({ tag, digest: "", size: bytes?.length ?? 0, manifest: "", added: undefined }),
    open: async () =>
      bytes &&
      (async function* () {
        yield bytes;
      })(),
  };
  return { store: store as ArtifactStore, writings: () => writings };
}

test("a log is written again only if there are more events, and after the writing before", async () => {
  const { store, writings } = createArtifacts(() => undefined);
  const log = createTaskLog(store, "log");
  const events = [line("1")];
  const first = log.write(events);
  events.push(line("2"));
  expect(await Promise.all([first, log.write(events), log.write(events)])).toEqual(Array(3).fill(undefined));
  expect(writings()).toBe(2);
  expect(await readLog(store, "log")).toEqual([line("1"), line("2")]);
});

test("nothing is written of a build without events", async () => {
  const { store, writings } = createArtifacts(() => undefined);
  expect(await createTaskLog(store, "log").write([])).toBeUndefined();
  expect(writings()).toBe(0);
});

test("a log that could not be written is a problem until it is written", async () => {
  let problem: string | undefined = "no route to host";
  const { store } = createArtifacts(() => problem);
  const log = createTaskLog(store, "log");
  expect(await log.write([line("1")])).toBe("no route to host");
  expect(await log.write([line("1")])).toBe("no route to host");
  await log.settle();
  problem = undefined;
  expect(await log.write([line("1"), line("2")])).toBeUndefined();
});
