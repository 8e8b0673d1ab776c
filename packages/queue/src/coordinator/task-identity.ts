// Names of tasks, and of the apps that they build. Pure.
import type { BuildTask } from "@sti/core/remote";

/** Identity of a target for the choice of a worker: the project is known by its store. */
export function appOf(store: string, target: string): string {
  return `${store} ${target}`;
}

/** Sessions that want the same result share a task, unless they ask for a build of their own. */
export function idOf(
  { flags, key }: BuildTask,
  { platform, run }: { readonly platform: string; readonly run: string },
): string {
  const own = flags.clean || flags.force ? `-${run}` : "";
  return `${key}-${platform.replace("/", "-")}${own}`;
}
