// The outcome of one target in a session.
import type { ImageStage } from "../plan/step.ts";
import type { TargetFinished } from "./event.ts";

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
  | "pushed"
  | "failure"
  | "otherFailures"
  | "errorLine"
  | "firstLines"
  | "left"
  | "lastLines"
> & {
  /** Ids of the images that were made. */
  readonly made?: ReadonlyMap<ImageStage, string>;
};
