// The texts of a failure, in plain words: the cause, then the next step. The words themselves live in
// describe-*-failure.ts by area; layout and colour belong to the caller.
import { describeBuildFailure } from "./describe-build-failure.ts";
import { describeConfigFailure } from "./describe-config-failure.ts";
import { describeEngineFailure } from "./describe-engine-failure.ts";
import { describeGraphFailure } from "./describe-graph-failure.ts";
import { describeImageFailure } from "./describe-image-failure.ts";
import { describeLockFailure } from "./describe-lock-failure.ts";
import { describeQueueFailure } from "./describe-queue-failure.ts";
import { describeSourceFailure } from "./describe-source-failure.ts";
import { describeWorkspaceFailure } from "./describe-workspace-failure.ts";
import type { BugFailure, Failure, FailureArea, FailureAreas } from "./failure.ts";
import type { FailureDescription, FormatFile } from "./failure-description.ts";
import { FAILURE_KINDS } from "./failure-kinds.ts";

export function describeFailure(
  failure: Failure,
  formatFile: FormatFile = (file) => file,
): FailureDescription {
  if (isOfArea("config", failure)) return describeConfigFailure(failure, formatFile);
  if (isOfArea("graph", failure)) return describeGraphFailure(failure, formatFile);
  if (isOfArea("lock", failure)) return describeLockFailure(failure, formatFile);
  if (isOfArea("source", failure)) return describeSourceFailure(failure, formatFile);
  if (isOfArea("workspace", failure)) return describeWorkspaceFailure(failure, formatFile);
  if (isOfArea("image", failure)) return describeImageFailure(failure);
  if (isOfArea("build", failure)) return describeBuildFailure(failure);
  if (isOfArea("engine", failure)) return describeEngineFailure(failure);
  if (isOfArea("queue", failure)) return describeQueueFailure(failure);
  if (isOfArea("bug", failure)) return describeBug(failure);
  return failure satisfies never;
}

/** The type of FAILURE_KINDS gives each code the area whose union contains it. */
function isOfArea<Area extends FailureArea>(area: Area, failure: Failure): failure is FailureAreas[Area] {
  return FAILURE_KINDS[failure.code].area === area;
}

function describeBug({ message, stack }: BugFailure): FailureDescription {
  return {
    summary: `bug in sti: ${message}`,
    ...(stack === undefined ? {} : { detail: stack }),
    hint: "report it with the text above",
  };
}
