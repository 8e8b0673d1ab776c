import { targetsOf } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { UserConfig } from "../definition/schema.ts";
import type { Target } from "../definition/target.ts";
import { EngineError, type EngineErrorReason } from "../engine/engine-error.ts";
import { stiContract } from "../plan/builder-contract.ts";
import type { Reuse } from "../plan/incremental.ts";
import { GUARD_EXIT } from "../plan/script-command.ts";
import { CHECK_EXIT } from "../plan/source-check.ts";
import type { Step } from "../plan/step.ts";
import { SourceChangedError } from "../source/source.ts";
import { NoSourceCacheError } from "./fill-source-cache.ts";
import { type Attempt, recover } from "./recover.ts";
import { ScriptFailedError } from "./run-step.ts";
import { StepError, UnexpectedResultError } from "./step-error.ts";
import { EndedEarlyError } from "./waiting-container.ts";

const APP = targetOf({ apps: { api: { source: ".", buildImage: "debian", tag: "acme/api" } } });
const IMAGE = targetOf({ images: { base: { context: ".", tag: "acme/base" } } });
const INCREMENTAL: Reuse = { kind: "incremental", previous: { id: "sha256:old", short: "acme/api" } };
const CLEAN: Reuse = { kind: "clean", reason: "no previous image", isExpected: true };
const container = { image: "debian", entrypoint: [], cmd: [], env: [], user: "", labels: {}, mounts: [] };
const source = { origin: { kind: "folder", root: "/app" }, entries: [], digest: "d1", size: 0 } as const;

const keep: Step = {
  kind: "keep-source",
  stage: "source",
  image: "debian",
  project: "p",
  snapshot: source,
  owner: { uid: 0, gid: 0 },
};

const create: Step = { kind: "create-container", stage: "build", image: "debian", spec: container };

const createOnCache: Step = {
  ...create,
  spec: { ...container, mounts: [{ kind: "source-cache", target: "/src", base: undefined, labels: {} }] },
};

const upload: Step = { kind: "upload-source", stage: "build", parts: [] };
const run = { kind: "run-script", stage: "build", script: "assemble", image: "debian" } as const;
const assemble: Step = { ...run, timeout: undefined, secrets: [] };
const checked: Step = { ...assemble, checksSource: true };
const save: Step = { ...assemble, stage: "artifacts", script: "save-artifacts" };

const engineError = (reason: EngineErrorReason, message = "no", operation = "start container") =>
  new EngineError({ reason, operation, message });

const exited = (exitCode: number, { blamesArtifacts = false, hasPrinted = false } = {}) =>
  new ScriptFailedError({ exitCode, outOfMemory: false }, { hasPrinted, blamesArtifacts });
const blaming = { blamesArtifacts: true };

const fresh = { hasFreshCache: true };
const ahead = { startedAhead: true };
const gaveUp = (kind: string, isFresh: boolean) => ({ kind: "give-up-cache", problem: { kind, isFresh } });

describe("a failed attempt is repeated", () => {
  test.each([
    [
      "with a new container if the one started ahead is gone",
      new StepError(upload, engineError("not-found"), ahead),
      { kind: "create-container" },
    ],
    [
      "with a new container if the one started ahead has ended",
      new StepError(assemble, new EndedEarlyError(), ahead),
      { kind: "create-container" },
    ],
    [
      "with the whole source if something else changed the source cache",
      new StepError(checked, exited(CHECK_EXIT.changed)),
      {
        ...gaveUp("changed", false),
        warning: "something else changed the source that the engine keeps; sending all of it again",
      },
    ],
    [
      "without a word if the cache that changed is the build's own",
      new StepError(checked, exited(CHECK_EXIT.changed), fresh),
      gaveUp("changed", true),
    ],
    [
      "without a source cache if the image cannot check it",
      new StepError(checked, exited(CHECK_EXIT.impossible)),
      gaveUp("unchecked", false),
    ],
    [
      "without a source cache if the engine cannot mount one",
      new StepError(createOnCache, engineError("mount-failed"), fresh),
      gaveUp("refused", true),
    ],
    [
      "without a source cache if it cannot be filled",
      new StepError(keep, new NoSourceCacheError(), fresh),
      gaveUp("failed", true),
    ],
    [
      "without a source cache if no volume can be created",
      new StepError(createOnCache, engineError("other", "no", "create volume")),
      gaveUp("failed", true),
    ],
    [
      "clean if save-artifacts fails",
      new StepError(save, exited(3)),
      cleanAfter("save-artifacts exited with 3"),
    ],
    [
      "clean, without a warning, if save-artifacts saves nothing",
      new StepError(save, exited(GUARD_EXIT.artifactsEmpty)),
      { ...cleanAfter("save-artifacts saved nothing"), warning: undefined, isExpected: true },
    ],
    [
      "clean if save-artifacts writes half an archive",
      new StepError(save, exited(GUARD_EXIT.artifactsInvalid)),
      cleanAfter("save-artifacts wrote no whole tar archive"),
    ],
    [
      "clean if its artifacts cannot be unpacked",
      new StepError(assemble, exited(GUARD_EXIT.unpackFailed, blaming)),
      cleanAfter("the artifacts could not be unpacked"),
    ],
    [
      "clean if save-artifacts leaves too much",
      new StepError(save, exited(GUARD_EXIT.artifactsTooLarge)),
      cleanAfter("save-artifacts left more than 4194304 kB"),
    ],
    [
      "clean if save-artifacts cannot be started",
      new StepError(save, engineError("start-failed")),
      cleanAfter("save-artifacts could not start"),
    ],
    [
      "with the source as it is now if it changed while it was sent",
      new StepError(upload, new SourceChangedError("/app/main.ts")),
      {
        kind: "read-source",
        warning: "/app/main.ts changed while it was being read; reading the source again",
      },
    ],
  ])("%s", (_, error, expected) => {
    expect(recover(error, attemptWith())).toEqual(expected);
  });
});

describe("an error stands", () => {
  test.each([
    ["that is not a step's", new UnexpectedResultError("other user"), {}],
    ["of a script of the build", new StepError(assemble, exited(1)), {}],
    [
      "of a script that ends as the unpacking would",
      new StepError(assemble, exited(GUARD_EXIT.unpackFailed, { hasPrinted: true })),
      {},
    ],
    [
      "of a script that ends as the check would, but prints",
      new StepError(checked, exited(CHECK_EXIT.changed, { hasPrinted: true })),
      {},
    ],
    ["of a container that was not started ahead", new StepError(upload, engineError("not-found")), {}],
    ["of a mount without a source cache", new StepError(create, engineError("mount-failed")), {}],
    ["of the engine during save-artifacts", new StepError(save, engineError("lost")), {}],
    ["of save-artifacts in a clean build", new StepError(save, exited(3)), { reuse: CLEAN }],
    ["of a script for an image", new StepError(save, exited(3)), { target: IMAGE }],
  ])("%s", (_, error, changes) => {
    expect(recover(error, attemptWith(changes))).toBeUndefined();
  });
});

test.each([
  ["create-container", new StepError(upload, engineError("not-found"), ahead)],
  ["give-up-cache", new StepError(keep, new NoSourceCacheError())],
  ["build-clean", new StepError(save, exited(3))],
  ["read-source", new StepError(upload, new SourceChangedError("/app/main.ts"))],
] as const)("%s is used twice at most, whatever else was", (kind, error) => {
  const others = (["create-container", "give-up-cache", "build-clean", "read-source"] as const)
    .filter((other) => other !== kind)
    .flatMap((other) => [other, other]);
  expect(recover(error, attemptWith({ earlier: [...others, kind] }))).toMatchObject({ kind });
  expect(recover(error, attemptWith({ earlier: [kind, kind] }))).toBeUndefined();
});

describe("a dependency layer that is gone", () => {
  const layered = attemptWith({ isLayered: true });
  const build = { kind: "build-image", stage: "result" } as Step;

  test.each([
    ["when a container cannot be created from it", create, engineError("not-found")],
    ["when a builder cannot find it", build, engineError("build-failed", "sti-dependencies:1f: not found")],
  ])("is made again %s", (_, step, cause) => {
    expect(recover(new StepError(step, cause), layered)).toEqual({ kind: "bring-layers" });
    expect(recover(new StepError(step, cause), attemptWith())).toBeUndefined();
  });

  test("is not blamed for the failure of a command", () => {
    const cause = new EngineError({
      reason: "build-failed",
      operation: "build",
      message: "sti-dependencies",
      exitCode: 1,
    });
    expect(recover(new StepError(build, cause), layered)).toBeUndefined();
  });
});

function targetOf(config: UserConfig): Target {
  const [target] = targetsOf(config);
  if (target === undefined) throw new Error("the config has no target");
  return target;
}

const attemptWith = (changes: Partial<Attempt> = {}): Attempt => ({
  target: APP,
  contract: stiContract("/usr/bin"),
  reuse: INCREMENTAL,
  isLayered: false,
  earlier: [],
  ...changes,
});

const cleanAfter = (reason: string) => ({
  kind: "build-clean",
  reason,
  warning: `${reason}; building clean`,
  isExpected: false,
});
