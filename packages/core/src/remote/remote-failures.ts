// Failures of builds on other machines, and of results that nobody builds.
import type { Target } from "../definition/target.ts";
import { hostOf } from "../execute/identify-external.ts";
import type { TargetResult } from "../execute/target-result.ts";
import { describeFailure } from "../failure/describe-failure.ts";
import type { Failure } from "../failure/failure.ts";
import { RegistryError } from "../store/registry-error.ts";
import type { Platform } from "../store/registry-image.ts";
import { formatPlatform } from "./external-images.ts";

export function failedBy(failure: Failure): TargetResult {
  return { outcome: "failed", reason: describeFailure(failure).summary, failure };
}

/** `engine`: its platform. `store`: its repository. */
export function unbuildable(
  { name: target, path }: Pick<Target, "name" | "path">,
  known: { readonly engine: string; readonly platform: Platform; readonly store: string },
): Failure {
  const platform = formatPlatform(known.platform);
  return { code: "platform-unbuildable", target, path, ...known, platform };
}

/** Files of an image are read by an engine alone. */
export function noDocuments(store: string): RegistryError {
  return new RegistryError({
    operation: "read documents",
    registry: hostOf(store),
    reason: "not-found",
    message: `the store ${store} has no SBOM of it; the session that builds it adds one, with attest in its config`,
  });
}
