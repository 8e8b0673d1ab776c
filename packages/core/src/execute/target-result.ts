// The outcome of one target in a session.
import type { ImageStage } from "../plan/step.ts";
import type { TargetFinished } from "./event.ts";
import type { StoredResult } from "./store-use.ts";

/** The end of a target, before it is reported. */
export type TargetResult = Pick<
  TargetFinished,
  | "outcome"
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
> & {
  /** Ids of the images that were made, or came from the store. */
  readonly made?: ReadonlyMap<ImageStage, string>;
  /** Of a target whose image the engine does not have. */
  readonly stored?: StoredResult;
};
