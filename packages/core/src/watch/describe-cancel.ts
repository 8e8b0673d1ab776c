// The reason for which a build was cancelled, for people.
import type { CancelReason } from "./watch-state.ts";

export function describeCancel(reason: CancelReason | undefined): string {
  switch (reason?.kind) {
    case "changed":
      return "it has changed meanwhile";
    case "dependency":
      return `${reason.target}, which it needs, has changed meanwhile`;
    case "asked":
      return "asked for anew";
    case "removed":
      return "the config does not have it any more";
    case "engine-lost":
      return "the engine went away";
    case "stop":
    case undefined:
      return "interrupted";
    default:
      return reason satisfies never;
  }
}
