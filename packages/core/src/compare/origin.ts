// The origin of a difference: the base if both sides have it just as their bases do, else the app.
import type { ImageDetails } from "../engine/image.ts";
import type { DifferenceOrigin } from "./comparison.ts";
import { describeConfig } from "./diff-config.ts";
import { areSameFile } from "./diff-files.ts";
import type { FileList } from "./image-files.ts";
import type { Change } from "./rule.ts";

/** The bases of both sides, where they are known. */
export interface BaseFacts {
  readonly leftBase: ImageDetails | undefined;
  readonly rightBase: ImageDetails | undefined;
}

export type OriginOf = (change: Change) => DifferenceOrigin | undefined;

export function originOfConfig({ leftBase, rightBase }: BaseFacts): OriginOf {
  if (leftBase === undefined || rightBase === undefined) return () => undefined;
  const [left, right] = [describeConfig(leftBase), describeConfig(rightBase)];
  return ({ what, path, left: one, right: other }) => {
    const valueIn = (facts: typeof left) => facts.get(JSON.stringify([what, path]))?.value ?? null;
    return valueIn(left) === one && valueIn(right) === other ? "base" : "app";
  };
}

export function originOfFile(leftBase: FileList, rightBase: FileList): OriginOf {
  return ({ path = "", what, files }) => {
    const [left, right] = [leftBase.get(path.slice(1)), rightBase.get(path.slice(1))];
    const areBases = areSameFile(left, files?.left) && areSameFile(right, files?.right);
    const haveTimes =
      what !== "mtime" || (left?.mtime === files?.left?.mtime && right?.mtime === files?.right?.mtime);
    return areBases && haveTimes ? "base" : "app";
  };
}
