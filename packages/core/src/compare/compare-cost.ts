// The costs of two images, side by side. They are reported without a verdict.
import type { ImageDetails } from "../engine/image.ts";
import type { LevelVerdict } from "./comparison.ts";
import { judgeLevel } from "./judge-level.ts";
import type { Change, Rule } from "./rule.ts";

export interface ImageCost extends Pick<ImageDetails, "size" | "layers"> {
  /** Milliseconds; left out where it was not built for this. */
  readonly buildTime?: number | undefined;
}

export function compareCost(left: ImageCost, right: ImageCost): LevelVerdict {
  const change = (what: string, one: string | null, other: string | null): readonly Change[] =>
    one === other ? [] : [{ level: "cost", what, left: one, right: other }];
  const time = ({ buildTime }: ImageCost) => (buildTime === undefined ? null : `${Math.round(buildTime)} ms`);
  const changes = [
    ...change("size", `${left.size} bytes`, `${right.size} bytes`),
    ...change("layers", `${left.layers.length}`, `${right.layers.length}`),
    ...change("build time", time(left), time(right)),
  ];
  return judgeLevel({ level: "cost", changes, rules: [COST] });
}

const COST: Rule = { name: "cost", about: "size, layers and time are shown, not judged", covers: () => true };
