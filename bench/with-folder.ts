// A temporary folder, and a cache folder for sti, for as long as some work goes on.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** `work` gets an absolute path; the folder is removed however it ends. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const [folder, cache] = ["sti-bench-", "sti-bench-cache-"].map((name) =>
    mkdtempSync(join(tmpdir(), name)),
  ) as [string, string];
  const before = process.env.XDG_CACHE_HOME;
  process.env.XDG_CACHE_HOME = cache;
  try {
    return await work(folder);
  } finally {
    if (before === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = before;
    for (const made of [folder, cache]) rmSync(made, { recursive: true, force: true });
  }
}
