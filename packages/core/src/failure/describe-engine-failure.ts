// The words for an engine that cannot be reached, is too old, or gave up.
import type { EngineFailure, TagsFact } from "./engine-failure.ts";
import type { FailureDescription } from "./failure-description.ts";

export function describeEngineFailure(failure: EngineFailure): FailureDescription {
  switch (failure.code) {
    case "engine-unreachable":
      return {
        summary: `no engine answers at ${failure.host} (from ${failure.from}): ${causes[failure.reason]}`,
        detail: failure.message,
        hint: hints[failure.reason],
      };
    case "engine-unsupported":
      return {
        summary: `the engine at ${failure.host} cannot be used`,
        detail: failure.message,
        hint: "update the engine, or choose another with DOCKER_HOST or --engine",
      };
    case "engine-context-unknown":
      return {
        summary: `the docker context cannot be used: ${failure.message}`,
        hint: "docker context ls shows what there is; --engine or DOCKER_HOST names an engine directly",
      };
    case "engine-lost":
      return {
        summary: `the connection to the engine was lost during: ${failure.operation}`,
        detail: failure.message,
        hint: `check that the engine is still running, then run again${describeTags(failure.tags)}`,
      };
    case "disk-full":
      return {
        summary: `the engine's disk is full (during: ${failure.operation})`,
        detail: failure.message,
        hint: `docker system df shows what takes the space; docker builder prune and docker image prune free it${describeTags(failure.tags)}`,
      };
    case "engine-error":
      return {
        summary: `the engine refused: ${failure.operation}${failure.status === undefined ? "" : ` (status ${failure.status})`}`,
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
  "missing-socket": "there is no such socket",
  refused: "the connection was refused",
  permission: "you may not use it",
  timeout: "it did not answer in time",
  "not-an-engine": "what answers there is not a Docker Engine",
  other: "the connection failed",
} as const;

const hints = {
  "missing-socket": "start the engine, or name another with DOCKER_HOST, docker context use, or --engine",
  refused: "start the engine, or name another with DOCKER_HOST, docker context use, or --engine",
  permission: "add yourself to the docker group (that equals root), or use a rootless engine",
  timeout: "check that the engine is well (docker info) and that its host can be reached",
  "not-an-engine": "check the address: it has to lead to the Docker Engine API",
  other: "check the address, and that the engine is running",
} as const;
