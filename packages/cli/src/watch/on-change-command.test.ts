import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OnBusy, SessionEvent } from "@sti/core";
import { expect, onTestFinished, test, vi } from "vitest";
import { createOnChangeCommand } from "./on-change-command.ts";

function follow(command: string, onBusy: OnBusy = "restart") {
  const cwd = mkdtempSync(join(tmpdir(), "sti-exec-"));
  const events: SessionEvent[] = [];
  const follower = createOnChangeCommand({
    command,
    onBusy,
    cwd,
    env: process.env,
    emit: (event) => events.push(event),
    clock: { now: Date.now },
  });
  onTestFinished(async () => {
    await follower.close();
    rmSync(cwd, { recursive: true });
  });
  const ofType = <Type extends SessionEvent["type"]>(type: Type) =>
    events.filter((event): event is Extract<SessionEvent, { type: Type }> => event.type === type);
  const printed = () => ofType("command-output").map(({ text }) => text);
  const becomeIdle = (changed: readonly string[], failed: readonly string[] = []) =>
    follower.follow({ changed, failed });
  const untilPrinted = (text: string, times = 1) =>
    vi.waitFor(() => expect(printed().filter((line) => line === text)).toHaveLength(times), 10_000);
  return { cwd, becomeIdle, close: follower.close, ofType, printed, untilPrinted };
}

test("the command gets the targets with new images, and runs the first time also without any", async () => {
  const { printed, becomeIdle } = follow('echo "new: $STI_CHANGED"');
  await becomeIdle([]);
  await becomeIdle([]);
  await becomeIdle(["api", "web"]);
  expect(printed()).toEqual(["new: ", "new: api web"]);
});

test("while something is failed the command waits, and gets what is new since it ran", async () => {
  const { printed, becomeIdle } = follow('echo "new: $STI_CHANGED"');
  await becomeIdle(["api"], ["web"]);
  await becomeIdle(["web"]);
  expect(printed()).toEqual(["new: api web"]);
});

test("its exit code is reported, and it runs again after a failure", async () => {
  const { ofType, becomeIdle } = follow("echo to stderr >&2; exit 3");
  await becomeIdle(["api"]);
  await becomeIdle(["api"]);
  expect(ofType("command-output")[0]).toMatchObject({ stream: "stderr", text: "to stderr" });
  expect(ofType("command-finished").map(({ exitCode }) => exitCode)).toEqual([3, 3]);
});

test("a command that still runs is ended with all it started, and gets its targets again", async () => {
  const { ofType, printed, becomeIdle, untilPrinted } = follow(
    'echo "new: $STI_CHANGED"; case "$STI_CHANGED" in api) sleep 600 & wait;; esac',
  );
  const first = becomeIdle(["api"]);
  await untilPrinted("new: api");
  await becomeIdle(["web"]);
  await first;
  expect(printed()).toEqual(["new: api", "new: web api"]);
  expect(ofType("command-finished")).toMatchObject([{ signal: "SIGTERM" }, { exitCode: 0 }]);
});

test("with the policy queue it may finish, and runs once for all that came meanwhile", async () => {
  const { cwd, ofType, printed, becomeIdle, untilPrinted } = follow(
    'echo "new: $STI_CHANGED"; until [ -e go ]; do sleep 0.05; done',
    "queue",
  );
  const first = becomeIdle(["api"]);
  await untilPrinted("new: api");
  const others = [becomeIdle(["web"]), becomeIdle(["shop"])];
  writeFileSync(join(cwd, "go"), "");
  await Promise.all([first, ...others]);
  expect(printed()).toEqual(["new: api", "new: web shop"]);
  expect(ofType("command-finished")).toMatchObject([{ exitCode: 0 }, { exitCode: 0 }]);
});

test("closing ends what runs, and nothing runs afterwards", async () => {
  const { close, ofType, becomeIdle, untilPrinted } = follow("echo on; sleep 600");
  const running = becomeIdle(["api"]);
  await untilPrinted("on");
  await close();
  await running;
  await becomeIdle(["api"]);
  expect(ofType("command-started")).toHaveLength(1);
  expect(ofType("command-finished")).toMatchObject([{ signal: "SIGTERM" }]);
});
