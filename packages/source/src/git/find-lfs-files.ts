// Finds files of Git LFS that are as they were committed. The repository has a small pointer with their digest in their
// place, which git-lfs would make of them; it is made here, so that no program of the repository's choice has to run.
import { createHash } from "node:crypto";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { openRegular } from "@sti/files";
import type { GitLocation } from "./find-git-directory.ts";
import type { OpenRepository } from "./open-repository.ts";
import type { EditedFile } from "./parse-status.ts";

export async function findLfsFiles(
  edited: readonly EditedFile[],
  {
    repository,
    location,
  }: { readonly repository: OpenRepository; readonly location: GitLocation & { readonly workTree: string } },
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  // git-lfs keeps its files there.
  const isUsed = (await lstat(join(location.commonDirectory, "lfs")).catch(() => undefined))?.isDirectory();
  if (edited.length === 0 || isUsed !== true) return found;
  const input = edited.map(({ object }) => `${object}\n`).join("");
  const asked = await repository.run(["cat-file", "--batch-check=%(objectsize)"], { input });
  const sizes = asked.toString().split("\n");
  for (const [index, { object, path }] of edited.entries()) {
    const file = join(location.workTree, path);
    const state = await lstat(file).catch(() => undefined);
    // No other content has that length, or hardly any: files are not read for nothing.
    if (state?.isFile() !== true || sizes[index] !== String(pointerTo("0".repeat(64), state.size).length))
      continue;
    const pointer = pointerTo(await digestOf(file), state.size);
    const { objectFormat } = repository.config;
    const blob = createHash(objectFormat).update(`blob ${pointer.length}\0`).update(pointer).digest("hex");
    if (blob === object) found.add(path);
  }
  return found;
}

function pointerTo(digest: string, size: number): string {
  return `version https://git-lfs.github.com/spec/v1\noid sha256:${digest}\nsize ${size}\n`;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash("sha256");
  const { handle } = await openRegular(file, { links: "refuse" });
  // The stream closes the handle.
  for await (const chunk of handle.createReadStream()) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
