// The outcome of one target in a session.
import type { ImageStage } from "../plan/step.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { TargetFinished } from "./event.ts";
import type { DecidedBuild } from "./plan-build.ts";
import type { StoredResult } from "./store-use.ts";

/** The inputs of a result that was made or found. */
export interface ResultInputs {
  readonly decision: Pick<DecidedBuild, "key" | "preimage">;
  readonly snapshot: SourceSnapshot;
}

/** The part of a result that its event contains. */
export type ReportedResult = Pick<
  TargetFinished,
  | "outcome"
  | "worker"
  | "reason"
  | "causes"
  | "imageId"
  | "imageSize"
  | "dependencies"
  | "reuse"
  | "restored"
  | "pushed"
  | "failure"
  | "otherFailures"
  | "errorLine"
  | "firstLines"
  | "left"
  | "lastLines"
>;

/** The end of a target, before it is reported. */
export type TargetResult = ReportedResult & {
  /** Ids of the images that were made, or came from the store. */
  readonly made?: ReadonlyMap<ImageStage, string>;
  /** Of a target whose image the engine does not have. */
  readonly stored?: StoredResult;
  /** Of a target that has succeeded. */
  readonly inputs?: ResultInputs;
};

const UNREPORTED: Readonly<Record<Exclude<keyof TargetResult, keyof ReportedResult>, true>> = {
  made: true,
  stored: true,
  inputs: true,
};

/** Events are data: what only the session needs is left out. */
export function reportedOf(result: TargetResult): ReportedResult {
  const reported = Object.entries(result).filter(([field]) => !Object.hasOwn(UNREPORTED, field));
  return Object.fromEntries(reported) as unknown as ReportedResult;
}
