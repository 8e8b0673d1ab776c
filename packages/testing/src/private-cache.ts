// Set-up of test files that start sti: each has a cache folder of its own, and the user's stays as it is.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "sti-test-cache-"));
const before = process.env.XDG_CACHE_HOME;
process.env.XDG_CACHE_HOME = folder;
afterAll(() => {
  if (before === undefined) delete process.env.XDG_CACHE_HOME;
  else process.env.XDG_CACHE_HOME = before;
  rmSync(folder, { recursive: true, force: true });
});
