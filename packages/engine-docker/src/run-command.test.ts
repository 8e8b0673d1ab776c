import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import type { Connection } from "./connect.ts";
import { runCommand } from "./run-command.ts";

test("sizes of a terminal are sent one after the other, and the last one last", async () => {
  const socket = new PassThrough();
  const sizes: unknown[] = [];
  const answers: PromiseWithResolvers<unknown>[] = [];
  const connection = {
    upgrade: async () => socket,
    async call({ operation, query }: { readonly operation: string; readonly query?: object }) {
      if (operation === "create command") return { Id: "1" };
      if (operation === "inspect command") return { Running: false, ExitCode: 0 };
      sizes.push(query);
      const answer = Promise.withResolvers<unknown>();
      answers.push(answer);
      return await answer.promise;
    },
  } as unknown as Connection;
  let size = { columns: 80, rows: 24 };
  let notify: (() => void) | undefined;
  const resizeTo = (columns: number, rows: number) => {
    size = { columns, rows };
    notify?.();
  };
  const ended = runCommand(connection, "c", {
    command: ["sh"],
    terminal: {
      read: () => size,
      follow(listener) {
        notify = listener;
        return () => {
          notify = undefined;
        };
      },
    },
    onOutput: () => {},
    signal: new AbortController().signal,
  });
  const settle = () => new Promise(setImmediate);
  await settle();
  resizeTo(80, 44);
  resizeTo(77, 44);
  await settle();
  expect(sizes).toEqual([{ h: 24, w: 80 }]);
  answers[0]?.resolve({});
  await settle();
  expect(sizes).toEqual([
    { h: 24, w: 80 },
    { h: 44, w: 77 },
  ]);
  answers[1]?.resolve({});
  await settle();
  resizeTo(100, 50);
  await settle();
  expect(sizes.at(-1)).toEqual({ h: 50, w: 100 });
  answers[2]?.resolve({});
  socket.end();
  expect(await ended).toBe(0);
  expect(notify).toBeUndefined();
});
