import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { withLock } from "./process-lock.ts";

const name = `sti-test-${process.pid}`;
const isLinux = process.platform === "linux";

test.runIf(isLinux)("holders of one lock follow each other", async () => {
  const said: string[] = [];
  const first = Promise.withResolvers<void>();
  const entered = Promise.withResolvers<void>();
  const one = withLock(name, undefined, async () => {
    said.push("one in");
    entered.resolve();
    await first.promise;
    said.push("one out");
  });
  await entered.promise;
  const two = withLock(
    name,
    undefined,
    async () => said.push("two"),
    () => said.push("two waits"),
  );
  const other = withLock(`${name}-other`, undefined, async () => said.push("other"));
  await other;
  first.resolve();
  await Promise.all([one, two]);
  expect(said).toEqual(["one in", "two waits", "other", "one out", "two"]);
});

test.runIf(isLinux)("a lock is free again after its work failed", async () => {
  const failing = withLock(name, undefined, async () => {
    throw new Error("no");
  });
  await expect(failing).rejects.toThrow("no");
  expect(await withLock(name, undefined, async () => "in")).toBe("in");
});

test.runIf(isLinux)("waiting for a lock ends when the signal is aborted", async () => {
  const abort = new AbortController();
  await withLock(name, undefined, async () => {
    const waiting = withLock(name, abort.signal, async () => "never");
    abort.abort();
    await expect(waiting).rejects.toThrow("abort");
  });
});

test.runIf(isLinux)("a lock whose holder was killed is free", async () => {
  const module = new URL("./process-lock.ts", import.meta.url).href;
  const hold = `import { withLock } from ${JSON.stringify(module)};
    await withLock(${JSON.stringify(name)}, undefined, () => { console.log("held"); return new Promise((done) => setTimeout(done, 60000)); });`;
  const holder = spawn(process.execPath, ["--input-type=module", "-e", hold], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  const next = withLock(name, undefined, async () => "in");
  holder.kill("SIGKILL");
  expect(await next).toBe("in");
});
