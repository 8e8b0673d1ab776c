import { type Engine, type Failure, failed, success } from "@sti/core";
import { expect, test } from "vitest";
import { reconnectEngine } from "./reconnect-engine.ts";

const FAILURE: Failure = { code: "engine-unsupported", host: "unix:///engine.sock", message: "too old" };
const ENGINE = {} as Engine;

test("asks less and less often until the engine answers", async () => {
  const waits: number[] = [];
  const connect = async () => (waits.length === 7 ? success({ engine: ENGINE }) : failed([FAILURE]));
  const wait = async (milliseconds: number) => void waits.push(milliseconds);
  expect(await reconnectEngine(new AbortController().signal, { connect, wait })).toEqual({ engine: ENGINE });
  expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
});

test("ends with the reason of whoever ends it while it waits", async () => {
  const stop = new AbortController();
  const connect = async () => {
    queueMicrotask(() => stop.abort(new Error("stopped")));
    return failed([FAILURE]);
  };
  await expect(reconnectEngine(stop.signal, { connect })).rejects.toThrow("stopped");
});
