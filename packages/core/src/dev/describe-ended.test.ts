import { expect, test } from "vitest";
import { EngineError } from "../engine/engine-error.ts";
import { describeEnded, describeStartError } from "./describe-ended.ts";

const errorOf = (message: string) =>
  new EngineError({ reason: "start-failed", operation: "run container", message });

test.each([
  [
    "driver failed programming external connectivity on endpoint sti (0a1b): Bind for 0.0.0.0:8080 failed: port is already allocated",
    "could not be started: port 8080 is taken on the engine's machine",
  ],
  [
    "driver failed: Error starting userland proxy: listen tcp4 127.0.0.1:8080: bind: address already in use",
    "could not be started: port 8080 is taken on the engine's machine",
  ],
  [
    'invalid mount config for type "bind": bind source path does not exist: /work/data',
    "could not be made: folder not found: /work/data",
  ],
  [
    'exec: "serve": executable file not found in $PATH',
    'could not be started: exec: "serve": executable file not found in $PATH',
  ],
])("%s is reported as what to look at", (message, words) => {
  expect(describeStartError(errorOf(message))).toBe(words);
});

test("a container that was killed for its memory is reported as that", () => {
  expect(describeEnded({ kind: "exited", exitCode: 137, outOfMemory: true })).toBe(
    "was killed: it ran out of memory",
  );
});
