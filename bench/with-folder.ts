// A temporary folder, and a cache folder for sti, for as long as some work goes on.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env } from "node:process";

/** `work` gets an absolute path; the folder is removed however it ends. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const [folder, cache] = ["sti-bench-", "sti-bench-cache-"].map((name) =>
    mkdtempSync(join(tmpdir(), name)),
  ) as [string, string];
  const before = env.XDG_CACHE_HOME;
  env.XDG_CACHE_HOME = cache;
  try {
    return await work(folder);
  } finally {
    if (before === undefined) delete env.XDG_CACHE_HOME;
    else env.XDG_CACHE_HOME = before;
    for (const made of [folder, cache]) rmSync(made, { recursive: true, force: true });
  }
}
