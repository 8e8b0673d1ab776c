import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchServer } from "./watch-server.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** `ping`: answers of the server. `patience`: seconds. */
function watch(ping: () => Promise<unknown>, patience: () => number | undefined) {
  const seen: string[] = [];
  watchServer(
    { ping, cut: ({ message }) => void seen.push(message) },
    { patience, onAnswer: () => void seen.push("answers again") },
  );
  return seen;
}

test.each([
  ["that is silent", () => Promise.withResolvers().promise],
  ["that refuses", () => Promise.reject(new Error("refused"))],
])("the connection to a server %s is cut once the patience ends", async (_how, ping) => {
  let isStopping = false;
  const seen = watch(ping, () => (isStopping ? 5 : undefined));
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toEqual([]);
  isStopping = true;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toEqual([expect.stringMatching(/^no answer for \d+ s$/)]);
});

test("a server that answers again in time keeps the connection", async () => {
  let isAway = true;
  const seen = watch(
    () => (isAway ? Promise.reject(new Error("refused")) : Promise.resolve()),
    () => 5,
  );
  await vi.advanceTimersByTimeAsync(4000);
  isAway = false;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toEqual(["answers again"]);
});
