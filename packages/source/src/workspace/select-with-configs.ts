// The selection of a package with all that config files of the selected packages name.
import { type Mentions, readMentions } from "./read-mentions.ts";
import type { Workspace, WorkspacePackage } from "./read-workspace.ts";
import { type Selection, selectPackages } from "./select-packages.ts";

/** `mentions`: of the packages that are whole. */
export type FullSelection =
  | (Exclude<Selection, { readonly problems: unknown }> & { readonly mentions: readonly Mentions[] })
  | Extract<Selection, { readonly problems: unknown }>;

export async function selectWithConfigs(workspace: Workspace, name: string): Promise<FullSelection> {
  const read = new Map<string, Mentions>();
  const used = new Set<WorkspacePackage>();
  while (true) {
    const selection = selectPackages(workspace, name, used);
    if ("problems" in selection) return selection;
    const fresh = selection.packages.filter((one) => one.extent === "whole" && !read.has(one.folder));
    if (fresh.length === 0) return { ...selection, mentions: [...read.values()] };
    for (const one of fresh) {
      const mentions = await readMentions(workspace, one);
      read.set(one.folder, mentions);
      for (const found of mentions.packages) used.add(found);
    }
  }
}
