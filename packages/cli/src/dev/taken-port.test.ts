import { createServer } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { describeTaken } from "./taken-port.ts";

test("a taken port is said with the program that has it and a free one", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const server = createServer().listen(0, "127.0.0.1", resolve);
  onTestFinished(() => void server.close());
  await promise;
  const { port } = server.address() as { readonly port: number };
  const words = await describeTaken(port, "127.0.0.1", new Set());
  const by = process.platform === "linux" ? ` by \\S.* \\(process ${process.pid}\\)` : "";
  expect(words).toMatch(new RegExp(`^is taken on this machine${by}; \\d+ is free$`));
  const offered = Number(/(\d+) is free$/.exec(words)?.[1]);
  expect(await describeTaken(port, "127.0.0.1", new Set([offered]))).not.toContain(`${offered} is free`);
});
