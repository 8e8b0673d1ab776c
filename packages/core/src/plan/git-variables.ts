// The state of a source's repository as variables for the scripts of an app that asks for them. Pure.
import { createHash } from "node:crypto";
import type { AppTarget, Target } from "../definition/target.ts";
import type { SourceSnapshot } from "../source/source.ts";

/** None of an app that does not ask. A value that is not known is empty, so that scripts with `set -u` can read it. */
export function gitVariables(
  target: Pick<AppTarget, "git">,
  { git }: Pick<SourceSnapshot, "git">,
): Readonly<Record<string, string>> {
  if (target.git === undefined) return {};
  const known = git !== undefined && "commit" in git ? git : undefined;
  return {
    STI_GIT_COMMIT: known?.commit ?? "",
    STI_GIT_BRANCH: known?.branch ?? "",
    STI_GIT_TAG: known?.tag ?? "",
    STI_GIT_DIRTY: known === undefined ? "" : String(known.isDirty),
  };
}

/**
 * Identity of everything that a target's build takes from its source: the digest, and the values of git that are in its
 * key.
 */
export function inputDigest(target: Target, snapshot: SourceSnapshot): string {
  if (target.kind !== "app" || target.git?.inKey !== true) return snapshot.digest;
  const inputs = [snapshot.digest, gitVariables(target, snapshot)];
  return createHash("sha256").update(JSON.stringify(inputs)).digest("hex");
}
