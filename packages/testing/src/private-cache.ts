// Set-up of test files that start sti: each has a cache folder of its own, and the user's stays as it is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { afterAll } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "sti-test-cache-"));
const before = env.XDG_CACHE_HOME;
env.XDG_CACHE_HOME = folder;
afterAll(() => {
  if (before === undefined) delete env.XDG_CACHE_HOME;
  else env.XDG_CACHE_HOME = before;
  rmSync(folder, { recursive: true, force: true });
});
