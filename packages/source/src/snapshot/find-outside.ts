// Paths that config files, settings and manifests of a workspace name, and that its source may lack.
import { realpath } from "node:fs/promises";
import { join, posix, relative, sep } from "node:path";
import type { OutsidePath, SourceEntry } from "@sti/core";
import { lineOf, type NamedPath, placeOf } from "../workspace/named-path.ts";
import type { NeededFiles } from "../workspace/needed-files.ts";
import type { MentionedPlace } from "../workspace/read-mentions.ts";
import { readText } from "../workspace/read-text.ts";
import type { Workspace } from "../workspace/read-workspace.ts";
import type { RootTexts } from "../workspace/root-texts.ts";
import type { FullSelection } from "../workspace/select-with-configs.ts";

interface ReadSource {
  /** Folder of the config, absolute. */
  readonly directory: string;
  readonly entries: readonly SourceEntry[];
  readonly needed: NeededFiles;
  readonly rootTexts: RootTexts;
}

export async function findOutside(
  workspace: Workspace,
  selected: Exclude<FullSelection, { readonly problems: unknown }>,
  source: ReadSource,
): Promise<readonly OutsidePath[]> {
  const { patches, root, settings } = workspace;
  const { cutPatches } = source.rootTexts;
  const named = [...settings.named, ...patches.filter(({ key }) => !cutPatches.has(key)), ...selected.paths];
  const paths = new Set(source.entries.map(({ path }) => path));
  const reasons = await Promise.all(
    named.map(async (one) => ({ one, found: await findReason(one, { ...source, paths, root }) })),
  );
  const missing = reasons.flatMap(({ found, one }) => (found === undefined ? [] : [{ one, ...found }]));
  const texts = new Map<string, string>();
  for (const { file } of missing.map(({ one }) => one)) {
    if (!texts.has(file)) texts.set(file, (await readText(join(root, file))) ?? "");
  }
  return [
    ...missing.map(({ one: { file, written }, path, reason }) => ({
      file,
      line: lineOf(texts.get(file) ?? "", written),
      path,
      reason,
    })),
    ...selected.mentions
      .flatMap(({ places }) => places)
      .filter(({ file, path }) => !missing.some((other) => other.one.file === file && other.path === path))
      .map((place) => describeMention(place, { root, directory: source.directory })),
  ];
}

/** Undefined for a path that the source has or does not need. */
async function findReason(
  named: NamedPath,
  { needed, paths, root }: ReadSource & { readonly paths: ReadonlySet<string>; readonly root: string },
): Promise<Pick<OutsidePath, "path" | "reason"> | undefined> {
  const place = placeOf(named);
  if (place === undefined) return undefined;
  if ("elsewhere" in place) return { path: named.written, reason: place.elsewhere };
  const { path } = place;
  if (paths.has(path) || needed.leavesOut(path)) return undefined;
  // Only rules keep out what is there, but nothing is read through links.
  if (await isInPlace(join(root, path))) return { path, reason: "ignored" };
  return named.isOptional ? undefined : { path, reason: "missing" };
}

async function isInPlace(path: string): Promise<boolean> {
  return (await realpath(path).catch(() => undefined)) === path;
}

function describeMention(
  { file, isFolder, path }: MentionedPlace,
  { directory, root }: { readonly directory: string; readonly root: string },
): OutsidePath {
  const from = relative(directory, join(root, path)).split(sep).join("/");
  const parent = posix.dirname(path);
  return { file, path, part: { from, to: isFolder ? path : parent === "." ? "" : parent } };
}
