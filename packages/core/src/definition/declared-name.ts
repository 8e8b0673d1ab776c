// The name that a target has in the config. Scripts, labels and keys get it, so that they are the same for all variants
// and platforms of a target.
import type { Target } from "./target.ts";

export function declaredName({
  name,
  platform,
  variantOf,
}: Pick<Target, "name" | "platform" | "variantOf">): string {
  return variantOf ?? platform?.declared ?? name;
}

/** Names the builds of a target for other platforms than that of the session's engine: "api@arm64". */
export function platformName(declared: string, platform: string): string {
  return `${declared}@${platform.slice(platform.indexOf("/") + 1)}`;
}

/** The name of the last results of a target: those of several platforms are apart. */
export function pointerName(target: Pick<Target, "name" | "platform">): string {
  const { name, platform } = target;
  return platform === undefined ? name : platformName(platform.declared, platform.name);
}
