// Real folders for tests, and targets that point at them.
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Result, SourceSnapshot, Target } from "@sti/core";
import { onTestFinished } from "vitest";
import { readSources } from "../src/snapshot/read-sources.ts";
import { appTarget } from "./temp-folder-targets.ts";

export { appTarget, imageTarget } from "./temp-folder-targets.ts";

/** A file's content, an executable file, a link, or "directory". */
export type Node =
  | string
  | { readonly executable: string }
  | { readonly link: string }
  | { readonly directory: true };
export type Tree = Readonly<Record<string, Node>>;

/** A new folder with these entries, gone after the test. */
export async function makeFolder(tree: Tree = {}): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "sti-source-test-")));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await fillFolder(folder, tree);
  return folder;
}

export async function fillFolder(folder: string, tree: Tree): Promise<void> {
  for (const [path, node] of Object.entries(tree)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    if (typeof node === "string") await writeFile(file, node);
    else if ("link" in node) await symlink(node.link, file);
    else if ("directory" in node) await mkdir(file, { recursive: true });
    else {
      await writeFile(file, node.executable);
      await chmod(file, 0o755);
    }
  }
}

/** The snapshot of one folder as an app's source, or as the target given. */
export async function readFolder(
  folder: string,
  target: Target = appTarget(folder),
): Promise<SourceSnapshot> {
  const snapshot = unwrap(await readSources([target], { directory: folder })).get(target.name);
  if (snapshot === undefined) throw new Error("no snapshot");
  return snapshot;
}

export function unwrap<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  return result.value;
}

export function pathsOf(snapshot: SourceSnapshot): readonly string[] {
  return snapshot.entries.map((entry) => entry.path);
}
