// Set-up of test files that start sti: each has a cache folder of its own, and the user's stays as it is.
import { randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";
import { afterAll, beforeAll } from "vitest";

const folder = join(tmpdir(), `sti-test-cache-${randomUUID()}`);
const before = env.XDG_CACHE_HOME;
env.XDG_CACHE_HOME = folder;
// Neither is called for a file whose tests are all skipped.
beforeAll(() => mkdirSync(folder, { mode: 0o700 }));
afterAll(() => {
  if (before === undefined) delete env.XDG_CACHE_HOME;
  else env.XDG_CACHE_HOME = before;
  rmSync(folder, { recursive: true, force: true });
});
