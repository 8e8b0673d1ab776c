import { EngineError } from "@sti/core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { beginExchange, type Exchange } from "./begin-exchange.ts";
import { type EngineRequest, UNLIMITED } from "./engine-request.ts";
import type { Patience } from "./patience.ts";

const CALL = { operation: "create container", method: "POST", path: "/containers/create" } as const;

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

function begin(request: EngineRequest, onCall?: Patience["onCall"]) {
  const [hurry, end] = [new AbortController(), new AbortController()];
  const patience = { hurry: hurry.signal, limit: () => 2000, end: end.signal, onCall };
  return { hurry, end, patience, exchange: beginExchange(request, { host: "unix:///engine", patience }) };
}

/** Error that the caller gets for an aborted call. */
function errorOf(exchange: Exchange): unknown {
  return exchange.signal.aborted ? exchange.finish(new Error("aborted")) : undefined;
}

function silence(words: string): unknown {
  return expect.objectContaining({
    reason: "unreachable-timeout",
    operation: "create container",
    message: `the engine at unix:///engine gave no answer ${words}`,
  });
}

test("a call without a limit must be one that somebody can end", () => {
  // @ts-expect-error neither a limit nor a signal
  const endless: EngineRequest = CALL;
  // @ts-expect-error what lasts needs a signal
  const lasting: EngineRequest = { ...CALL, limit: UNLIMITED };
  expect([endless, lasting]).toHaveLength(2);
});

test("an engine that is silent for longer than a call's limit is named, with the call and the limit", () => {
  const { exchange } = begin({ ...CALL, limit: 60_000 });
  vi.advanceTimersByTime(59_999);
  expect(exchange.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(errorOf(exchange)).toBeInstanceOf(EngineError);
  expect(errorOf(exchange)).toEqual(silence("within 60 s to create container"));
});

test("headers that have come end the limit", () => {
  const { exchange } = begin({ ...CALL, limit: 60_000 });
  exchange.stopClock();
  vi.advanceTimersByTime(600_000);
  expect(exchange.signal.aborted).toBe(false);
});

const HURRIED = "to create container within 2 s after sti was asked to stop";

test("a call that goes on when the process is to end gets two seconds from then on", () => {
  const { exchange, hurry } = begin({ ...CALL, limit: 60_000 });
  vi.advanceTimersByTime(10_000);
  hurry.abort();
  vi.advanceTimersByTime(1999);
  expect(exchange.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(errorOf(exchange)).toEqual(silence(HURRIED));
});

test("a call that begins when the process is to end gets two seconds from its start", () => {
  const { hurry, patience } = begin({ ...CALL, limit: 60_000 });
  hurry.abort();
  vi.advanceTimersByTime(1500);
  const exchange = beginExchange({ ...CALL, limit: 60_000 }, { host: "unix:///engine", patience });
  vi.advanceTimersByTime(1999);
  expect(exchange.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(errorOf(exchange)).toEqual(silence(HURRIED));
});

test("what an engine needs by design comes on top", () => {
  const { exchange, hurry } = begin({ ...CALL, limit: 60_000, grace: 3000 });
  hurry.abort();
  vi.advanceTimersByTime(4999);
  expect(exchange.signal.aborted).toBe(false);
  vi.advanceTimersByTime(1);
  expect(exchange.signal.aborted).toBe(true);
});

test("what lasts as long as it takes is cut only when nothing is waited for any more", () => {
  const { signal } = new AbortController();
  const { end, exchange, hurry } = begin({ ...CALL, limit: UNLIMITED, signal });
  hurry.abort();
  vi.advanceTimersByTime(600_000);
  expect(exchange.signal.aborted).toBe(false);
  end.abort();
  expect(errorOf(exchange)).toEqual(silence("to create container before sti had to end"));
});

test("nothing begins when nothing is waited for any more", () => {
  const { end, patience } = begin({ ...CALL, limit: 60_000 });
  end.abort();
  const exchange = beginExchange({ ...CALL, limit: 60_000 }, { host: "unix:///engine", patience });
  expect(exchange.signal.aborted).toBe(true);
});

test("the caller's own signal comes first", () => {
  const stop = new AbortController();
  const { exchange, hurry } = begin({ ...CALL, limit: 60_000, signal: stop.signal });
  const reason = new Error("stopped");
  hurry.abort();
  stop.abort(reason);
  vi.advanceTimersByTime(5000);
  expect(errorOf(exchange)).toBe(reason);
});

test("the end of a call is reported once, and whether it was given up", () => {
  const ends: boolean[] = [];
  const onCall = () => (isGivenUp: boolean) => void ends.push(isGivenUp);
  const answered = begin({ ...CALL, limit: 1000 }, onCall).exchange;
  answered.finish(undefined);
  answered.finish(undefined);
  const { exchange } = begin({ ...CALL, limit: 1000 }, onCall);
  vi.advanceTimersByTime(1000);
  errorOf(exchange);
  expect(ends).toEqual([false, true]);
});
