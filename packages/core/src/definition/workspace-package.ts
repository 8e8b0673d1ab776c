// The package of a workspace that an app is made of: the value of STI_WORKSPACE. Pure.
import type { AppTarget } from "./target.ts";

/** The package's name, or undefined for other sources. */
export function workspacePackage(target: Pick<AppTarget, "source">): string | undefined {
  const names = target.source.flatMap(({ from }) => (from.kind === "workspace" ? [from.package] : []));
  return names[0];
}
