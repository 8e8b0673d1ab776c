import { Readable } from "node:stream";
import { expect, test } from "vitest";
import { runFed } from "./run-command.ts";

const much = () => Readable.from(Array.from({ length: 64 }, () => Buffer.alloc(64 * 1024)));

test("a command that ends early fails with its own words, not with the broken pipe", async () => {
  const script = "head -c 10 > /dev/null; echo no space left >&2; exit 2";
  await expect(runFed(["sh", "-c", script], much())).rejects.toThrow(
    /^sh -c .* failed \(2\): no space left$/,
  );
});

test("a command that succeeds without the whole input fails", async () => {
  await expect(runFed(["true"], much())).rejects.toThrow("true read only a part of its input");
});

test("an input that breaks off is the failure", async () => {
  const broken = Readable.from(
    (async function* () {
      yield Buffer.alloc(10);
      throw new Error("damaged");
    })(),
  );
  await expect(runFed(["sh", "-c", "cat > /dev/null; exit 2"], broken)).rejects.toThrow("damaged");
});
