// The end of a stage of a user's Dockerfile, where an instruction can be added to it. Pure.
import type { Dockerfile } from "../source/dockerfile.ts";

/**
 * The text with `instruction` as the last one of a stage: of the last stage, or of one by its name or index. Left as it is
 * where the end of the stage is in doubt.
 */
export function endStageWith(
  dockerfile: Pick<Dockerfile, "text" | "stages" | "isComplete">,
  { instruction, stage }: { readonly instruction: string; readonly stage: string | undefined },
): string {
  const lines = dockerfile.text.split("\n");
  const end = findStageEnd(dockerfile, lines.length, stage);
  if (end === undefined) return dockerfile.text;
  const before = lines.slice(0, end);
  // The last line of a file may have no end.
  while (before.at(-1)?.trim() === "") before.pop();
  return [...before, instruction, "", ...lines.slice(end)].join("\n");
}

/** Number of lines up to the end of the stage; undefined where there is no such stage, or its end is in doubt. */
function findStageEnd(
  { isComplete, stages }: Pick<Dockerfile, "stages" | "isComplete">,
  lines: number,
  wanted: string | undefined,
): number | undefined {
  if (!isComplete) return undefined;
  const index =
    wanted === undefined
      ? stages.length - 1
      : /^\d+$/.test(wanted)
        ? Number(wanted)
        : stages.findLastIndex(({ name }) => name === wanted.toLowerCase());
  if (stages[index] === undefined) return undefined;
  return stages[index + 1]?.line ?? lines;
}
