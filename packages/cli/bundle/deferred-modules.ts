// Modules without a function that a session with nothing to do calls. `test/e2e/loaded-code.test.ts` runs such a session.
import { join } from "node:path";

const packages = new URL("../..", import.meta.url).pathname;

/** The modules of each chunk that is loaded late, absolute. */
export const deferredModules: Readonly<Record<string, readonly string[]>> = {
  building: modulesOf({
    "engine-docker/src": [
      "build-image",
      "container-spec",
      "disk-usage",
      "holds-files",
      "load-layer",
      "map-engine-error",
      "measure-memory",
      "networks",
      "read-file",
      "run-command",
      "run-container",
    ],
    "core/src/plan": [
      "check-lock",
      "describe-cause",
      "explain-decision",
      "pin-bases",
      "plan-target",
      "plan-targets",
      "source-cache",
      "source-overrides",
      "to-planned-target",
    ],
    "core/src/source": ["source-notes"],
    "core/src/survey": ["survey-image"],
    "core/src/failure": ["describe-failure"],
    "core/src/view": ["containers-view"],
    "core/src/execute": [
      "attest-image",
      "bring-layers",
      "bring-previous",
      "failure-of-error",
      "find-leak",
      "new-result",
      "push-target",
      "recall-build",
      "recover",
      "remove-untagged",
      "restore-target",
      "run-steps",
      "session-store",
      "store-reader",
      "target-reuse",
    ],
    "source/src/archive": ["read-tar-members"],
    "source/src/git": ["read-source-git", "read-git-file"],
    "source/src/machine": ["host-trust", "parse-env-file"],
    "source/src/send": ["pack"],
    "source/src/snapshot": ["snapshot-file", "snapshot-git", "snapshot-stream"],
    "cli/src/render": ["run-listr"],
    "cli/src/session": ["session-metadata"],
  }),
};

function modulesOf(folders: Readonly<Record<string, readonly string[]>>): readonly string[] {
  return Object.entries(folders).flatMap(([folder, names]) =>
    names.map((name) => join(packages, folder, `${name}.ts`)),
  );
}
