import { foldSession, type SessionEvent } from "@sti/core";
import { expect, test } from "vitest";
import { BUILDING, STARTED } from "../../test/watched-session.ts";
import { createOutputs } from "./outputs.ts";

test("a follower gets the lines so far, each new one, and all anew when another build begins", () => {
  const { note, outputs } = begin();
  for (const event of BUILDING) note(event);
  const read = outputs.follow("target", "api");
  expect(read()).toEqual({ isNew: true, lines: ["compiling"], left: 0 });
  expect(read()).toBeUndefined();
  note(print("a\u001b[31mb\u001b[0m"));
  note(print("c"));
  expect(read()).toEqual({ isNew: false, lines: ["ab", "c"], left: 0 });
  note({ type: "target-started", at: STARTED + 9000, target: "api", reason: "edited", causes: [] });
  note(print("again"));
  expect(read()).toEqual({ isNew: true, lines: ["again"], left: 0 });
});

test("a follower that is slower than the output is told how many lines it missed", () => {
  const { note, outputs } = begin();
  for (const event of BUILDING) note(event);
  const read = outputs.follow("target", "api");
  read();
  for (let line = 0; line < 5000; line += 1) note(print(`${line}`));
  const next = read();
  expect(next?.lines.at(-1)).toBe("4999");
  expect((next?.left ?? 0) + (next?.lines.length ?? 0)).toBe(5000);
  expect(next?.isNew).toBe(false);
});

test("the output of a container is kept for those who come later, and a long line is cut", () => {
  const { note, outputs } = begin();
  note({
    type: "container-output",
    at: 1,
    target: "db",
    container: "c",
    stream: "stdout",
    text: "x".repeat(9999),
  });
  expect(outputs.follow("container", "db")()?.lines[0]).toHaveLength(4096);
  expect(outputs.follow("container", "other")()).toEqual({ isNew: true, lines: [], left: 0 });
});

const print = (text: string): SessionEvent => ({
  type: "target-output",
  at: STARTED + 5300,
  target: "api",
  stream: "stdout",
  text,
});

function begin() {
  const { apply, view } = foldSession();
  const outputs = createOutputs(view);
  const note = (event: SessionEvent) => {
    apply(event);
    outputs.note(event);
  };
  return { note, outputs };
}
