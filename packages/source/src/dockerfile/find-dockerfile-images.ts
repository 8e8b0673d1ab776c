// The images a Dockerfile refers to, in FROM, COPY --from and RUN --mount=from. Pure.
import { Copy, From, type Instruction, type Dockerfile as ParsedDockerfile, Run } from "dockerfile-ast";
import type { DockerfileBuild } from "./dockerfile-memory.ts";
import { expandVariables } from "./expand-variables.ts";

/** The references that the build's stage needs, each once, in their order; or why this is no Dockerfile. */
export function findDockerfileImages(
  dockerfile: ParsedDockerfile,
  build: Omit<DockerfileBuild, "text">,
): { readonly images: readonly string[] } | { readonly problem: string } {
  const escapeCharacter = dockerfile.getEscapeCharacter();
  const variables = new Map<string, string>();
  const stages: Stage[] = [];
  for (const instruction of dockerfile.getInstructions()) {
    const stage = stages.at(-1);
    if (instruction instanceof From) {
      const written = instruction.getImage();
      if (written === null) {
        return { problem: `line ${instruction.getRange().start.line + 1}: FROM names no image` };
      }
      const base = expandVariables(written, variables, escapeCharacter);
      const earlier = findByName(stages, base);
      const name = instruction.getBuildStage()?.toLowerCase();
      stages.push({ name, uses: [earlier ?? base], copies: [] });
    } else if (stage === undefined) {
      if (instruction.getKeyword() === "ARG") declare(instruction, variables, build.args, escapeCharacter);
    } else {
      stage.copies.push(
        ...sourcesOf(instruction).map((from) => expandVariables(from, variables, escapeCharacter)),
      );
    }
  }
  if (stages.length === 0) return { problem: "has no FROM" };
  // Unlike FROM, these may name any stage, also by its index, also one further down.
  for (const stage of stages) stage.uses.push(...stage.copies.map((from) => findStage(stages, from) ?? from));

  const images = neededStages(stages, build.stage)
    .flatMap((stage) => stage.uses)
    .filter((use) => typeof use === "string" && use !== "" && use !== "scratch" && !/^\d+$/.test(use));
  return { images: [...new Set(images as string[])] };
}

interface Stage {
  readonly name: string | undefined;
  /** Other stages, images, and undefined for what only the engine can resolve. */
  readonly uses: (Stage | string | undefined)[];
  /** Sources of COPY and RUN, as written. */
  readonly copies: (string | undefined)[];
}

/** The value of the build argument, or of the default, or nothing at all. */
function declare(
  instruction: Instruction,
  variables: Map<string, string>,
  args: DockerfileBuild["args"],
  escapeCharacter: string,
): void {
  for (const argument of instruction.getArguments()) {
    const written = argument.getValue();
    const equals = written.indexOf("=");
    const name = equals < 0 ? written : written.slice(0, equals);
    const value =
      (Object.hasOwn(args, name) ? args[name] : undefined) ??
      expandVariables(equals < 0 ? "" : written.slice(equals + 1), variables, escapeCharacter);
    if (value === undefined) variables.delete(name);
    else variables.set(name, value);
  }
}

function sourcesOf(instruction: Instruction): readonly string[] {
  if (instruction instanceof Copy) {
    const flag = instruction.getFlags().find((one) => one.getName() === "from");
    return [flag?.getValue() ?? []].flat();
  }
  if (!(instruction instanceof Run)) return [];
  return instruction
    .getFlags()
    .filter((flag) => flag.getName() === "mount")
    .flatMap((flag) => flag.getOption("from")?.getValue() ?? []);
}

function findByName(stages: readonly Stage[], name: string | undefined): Stage | undefined {
  return name === undefined ? undefined : stages.findLast((stage) => stage.name === name.toLowerCase());
}

function findStage(stages: readonly Stage[], from: string | undefined): Stage | undefined {
  if (from !== undefined && /^\d+$/.test(from)) return stages[Number(from)];
  return findByName(stages, from);
}

/** In the order of the file. A stage that is not there is for the engine to complain about: all stages. */
function neededStages(stages: readonly Stage[], wanted: string | undefined): readonly Stage[] {
  const built = wanted === undefined ? stages.at(-1) : findStage(stages, wanted);
  if (built === undefined) return stages;
  const needed = new Set([built]);
  for (const stage of needed) {
    for (const use of stage.uses) if (typeof use === "object") needed.add(use);
  }
  return stages.filter((stage) => needed.has(stage));
}
