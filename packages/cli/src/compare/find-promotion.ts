// The image and the tag of `sti promote`, by its arguments and the config.
import { type AppTarget, type Failure, type ImageReference, parseImageReference } from "@sti/core";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectFlags } from "../process/flags.ts";
import type { ProjectGraph } from "../project/assemble-graph.ts";
import { loadGraph } from "../project/load-project.ts";
import { projectOptions } from "../project/project-options.ts";
import { readStoredName } from "./stored-name.ts";

/** Image to promote, and its new tag. */
export interface Promotion {
  /** Of a target its tag. Undefined: the image is in the shared store. */
  readonly from: ImageReference | undefined;
  readonly to: ImageReference;
  /** Of the image, for people. */
  readonly name: string;
  /** Target or key of a result in the shared store, which counts where the engine has no image; undefined: there is none. */
  readonly stored: string | undefined;
  readonly app: AppTarget | undefined;
  /** The platforms that the target is built for; undefined if it names none. */
  readonly platforms: readonly string[] | undefined;
  /** Undefined where there is no config. */
  readonly project: ProjectGraph | undefined;
}

/** A name of the config comes first; any other name is an image, which needs no config. */
export async function findPromotion(
  image: string,
  options: ProjectFlags & { readonly to: string },
  context: CommandContext,
): Promise<Promotion | { readonly failures: readonly Failure[] } | { readonly problem: string }> {
  const loaded = await loadGraph({
    ...projectOptions("promote", options, context),
    targets: [],
    method: undefined,
  });
  const isWithout = !loaded.ok && loaded.failures.every(({ code }) => code === "config-not-found");
  if (!loaded.ok && !isWithout) return { failures: loaded.failures };
  const to = parseImageReference(options.to);
  if ("problem" in to) return { problem: `--to ${options.to} is not a tag: it ${to.problem}` };
  if (to.reference.digest !== undefined)
    return { problem: `--to ${options.to} has a digest, which cannot move` };
  const project = loaded.ok ? loaded.value : undefined;
  const stored = readStoredName(image);
  const target = project?.graph.nodes.get(stored ?? image)?.target;
  const app = target?.kind === "app" ? target : undefined;
  const common = { to: to.reference, project, platforms: target?.platforms };
  if (stored !== undefined) return { ...common, from: undefined, name: image, stored, app };
  if (target !== undefined) {
    const { name, tag } = target;
    const hasStore = project?.config.cache !== undefined;
    return { ...common, from: tag, name: tag.short, stored: hasStore ? name : undefined, app };
  }
  const from = parseImageReference(image);
  if ("problem" in from)
    return { problem: `${image} is not a target, and as an image reference it ${from.problem}` };
  // A target's own tag means the target.
  const ofTag = [...(project?.graph.nodes.values() ?? [])]
    .map((node) => node.target)
    .find(({ tag }) => tag.full === from.reference.full);
  return {
    ...common,
    from: from.reference,
    name: from.reference.short,
    stored: undefined,
    app: ofTag?.kind === "app" ? ofTag : undefined,
    platforms: ofTag?.platforms,
  };
}
