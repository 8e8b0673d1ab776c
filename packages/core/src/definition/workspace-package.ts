// Which package of a workspace an app is made of: what STI_WORKSPACE says. Pure.
import type { AppTarget } from "./target.ts";

/** The package's name, or undefined for other sources. */
export function workspacePackage(target: Pick<AppTarget, "source">): string | undefined {
  const names = target.source.flatMap(({ from }) => (from.kind === "workspace" ? [from.package] : []));
  return names[0];
}
