import { expect, test } from "vitest";
import { findClockLags } from "./clock-lag.ts";

test("the clock of a file system is measured by the file that was made on it", async () => {
  const lags = await findClockLags(new Map([[7, "/"]]), { dev: 7, mtimeMs: Date.now() - 5000 });
  expect(lags.get(7)).toBeGreaterThanOrEqual(5000);
  expect(await findClockLags(new Map([[7, "/"]]), { dev: 7, mtimeMs: Date.now() + 5000 })).toEqual(
    new Map([[7, 0]]),
  );
});

test.runIf(process.platform === "linux")(
  "a file system of this kernel has this machine's clock",
  async () => {
    const lags = await findClockLags(new Map([[8, "/proc"]]), { dev: 7, mtimeMs: 0 });
    expect(lags).toEqual(new Map([[8, 0]]));
  },
);
