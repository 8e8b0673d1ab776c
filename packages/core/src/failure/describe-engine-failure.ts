// The words for an engine that cannot be reached, is too old, or gave up.
import type { EngineFailure, TagsFact } from "./engine-failure.ts";
import type { FailureDescription } from "./failure-description.ts";

export function describeEngineFailure(failure: EngineFailure): FailureDescription {
  switch (failure.code) {
    case "engine-unreachable":
      return {
        summary: `engine not reachable at ${failure.host} (from ${failure.from}): ${causes[failure.reason]}`,
        detail: failure.message,
        hint: hints[failure.reason],
      };
    case "engine-unsupported":
      return {
        summary: `unsupported engine at ${failure.host}`,
        detail: failure.message,
        hint: "update the engine, or choose another with DOCKER_HOST or --engine",
      };
    case "engine-context-unknown":
      return {
        summary: `docker context cannot be used: ${failure.message}`,
        hint: "run docker context ls to list contexts, or pass --engine",
      };
    case "engine-lost":
      return {
        summary: `connection to the engine lost during: ${failure.operation}`,
        detail: failure.message,
        hint: `check that the engine is still running, then run again${describeTags(failure.tags)}`,
      };
    case "disk-full":
      return {
        summary: `no space left on the engine's disk (during: ${failure.operation})`,
        detail: failure.message,
        hint: `free space with docker builder prune or docker image prune${describeTags(failure.tags)}`,
      };
    case "engine-error":
      return {
        summary: `engine refused: ${failure.operation}${failure.status === undefined ? "" : ` (status ${failure.status})`}`,
        detail: failure.message,
        ...(failure.tags === undefined || failure.tags === "unchanged"
          ? {}
          : { hint: `run again${describeTags(failure.tags)}` }),
      };
    default:
      return failure satisfies never;
  }
}

function describeTags(tags: TagsFact | undefined): string {
  return tags === undefined ? "" : `; ${tagWords[tags]}`;
}

const tagWords: Readonly<Record<TagsFact, string>> = {
  unchanged: "no tag was moved",
  moved: "some of the target's tags were moved already",
  unknown: "the engine did not report whether it moved the tag",
};

const causes = {
  "missing-socket": "no such socket",
  refused: "connection refused",
  permission: "permission denied",
  timeout: "no answer in time",
  "not-an-engine": "not a Docker Engine",
  other: "connection failed",
} as const;

const hints = {
  "missing-socket": "start the engine, or pass another with --engine, DOCKER_HOST or docker context use",
  refused: "start the engine, or pass another with --engine, DOCKER_HOST or docker context use",
  permission: "add yourself to the docker group (that equals root), or use a rootless engine",
  timeout: "check the engine with docker info, and the network to its host",
  "not-an-engine": "pass the address of a Docker Engine API",
  other: "check the address, and start the engine",
} as const;
