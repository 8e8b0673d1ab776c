import { expect, onTestFinished, test, vi } from "vitest";
import { listenForInterrupts } from "./interrupt.ts";

test("the first signal stops, a second one ends the process at once, and the same one twice counts once", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const ended = vi.spyOn(process, "exit").mockReturnValue(undefined as never);
  const said: string[] = [];
  const interruption = listenForInterrupts(
    (name) => void said.push(name),
    () => void said.push("at once"),
  );
  onTestFinished(() => {
    interruption.dispose();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
  process.emit("SIGINT", "SIGINT");
  process.emit("SIGINT", "SIGINT");
  expect([said, interruption.signal.aborted, interruption.exitCode()]).toEqual([["SIGINT"], true, 130]);
  expect(ended).not.toHaveBeenCalled();
  vi.advanceTimersByTime(300);
  process.emit("SIGTERM", "SIGTERM");
  expect(said).toEqual(["SIGINT", "at once"]);
  expect(ended).toHaveBeenCalledExactlyOnceWith(130);
});
