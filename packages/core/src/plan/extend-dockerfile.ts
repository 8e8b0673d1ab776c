// Additions to a user's Dockerfile: flags of each RUN, and variables that each RUN sees. Pure.
import type { Dockerfile } from "../source/dockerfile.ts";

export interface Additions {
  /** "--mount=…", for each RUN. */
  readonly flags: readonly string[];
  /** For each RUN that has no network of its own. */
  readonly network: string | undefined;
  /** Neither names nor values need quotes. They are in the image's history, but not in its config. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Flags come right after the word RUN, where they change no command, be it a line, a list or a here-document.
 * Lines are added after FROM only.
 */
export function extendDockerfile(
  dockerfile: Dockerfile,
  { flags, network, variables }: Additions,
): Pick<Dockerfile, "text" | "stages" | "isComplete"> {
  const lines = dockerfile.text.split("\n");
  for (const { flagsAt, hasNetwork, line } of dockerfile.runs) {
    const added = [...(network === undefined || hasNetwork ? [] : [`--network=${network}`]), ...flags];
    const text = lines[line] ?? "";
    const words = added.map((flag) => ` ${flag}`).join("");
    lines[line] = text.slice(0, flagsAt) + words + text.slice(flagsAt);
  }
  const argument = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  if (argument.length > 0) {
    // From the last on: the places of the others stay.
    for (const { fromEnd } of dockerfile.stages.toReversed()) {
      lines.splice(fromEnd + 1, 0, `ARG ${argument.join(" ")}`);
    }
  }
  const isMoved = argument.length > 0;
  return {
    text: lines.join("\n"),
    isComplete: dockerfile.isComplete,
    stages: dockerfile.stages.map((stage, index) => (isMoved ? moveDown(stage, index) : stage)),
  };
}

function moveDown(stage: Dockerfile["stages"][number], count: number): Dockerfile["stages"][number] {
  return { ...stage, line: stage.line + count, fromEnd: stage.fromEnd + count };
}
