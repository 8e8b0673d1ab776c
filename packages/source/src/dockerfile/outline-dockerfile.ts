// The places of a Dockerfile that core needs to change it: stages, commands, written images, and whether it has an end. Pure.
import type { Dockerfile, DockerfileRun, WrittenImage } from "@sti/core";
import {
  Arg,
  type Argument,
  Copy,
  From,
  type Instruction,
  type Dockerfile as ParsedDockerfile,
  Run,
} from "dockerfile-ast";
import { takesWholeContext } from "./context-use.ts";

type Range = ReturnType<Instruction["getRange"]>;

/** `text`: the text that was parsed. */
export function outlineDockerfile(text: string, parsed: ParsedDockerfile): Dockerfile {
  const instructions = parsed.getInstructions();
  const froms = instructions.filter((one) => one instanceof From);
  const stages = froms.map((from) => ({
    name: from.getBuildStage()?.toLowerCase(),
    line: from.getRange().start.line,
    fromEnd: from.getRange().end.line,
  }));
  const names = new Set(stages.flatMap(({ name }) => name ?? []));
  const offsetOf = lineOffsets(text);
  const earlier = new Set<string>();
  const images = instructions.flatMap((instruction): readonly WrittenImage[] => {
    // FROM may name an earlier stage only, the others any.
    const known = instruction instanceof From ? earlier : names;
    const found = rangesOf(instruction).flatMap(({ end, start }) => {
      const offset = offsetOf(start);
      const name = text.slice(offset, offsetOf(end));
      return IMAGE.test(name) && !known.has(name.toLowerCase()) ? [{ name, offset }] : [];
    });
    const stage = instruction instanceof From ? instruction.getBuildStage() : null;
    if (stage !== null) earlier.add(stage.toLowerCase());
    return found;
  });
  return {
    text,
    stages,
    images,
    runs: instructions.flatMap((one) => (one instanceof Run ? [outlineRun(one)] : [])),
    syntax: parsed
      .getDirectives()
      .find((directive) => directive.getName().toLowerCase() === "syntax")
      ?.getValue(),
    args: instructions.flatMap((one) => (one instanceof Arg ? one.getArguments().map(nameOf) : [])),
    takesWholeContext: instructions.some(takesWholeContext),
    isComplete: isComplete(text, parsed, offsetOf),
  };
}

function nameOf(argument: Argument): string {
  return argument.getValue().split("=", 1)[0] ?? "";
}

function outlineRun(run: Run): DockerfileRun {
  const { character, line } = run.getInstructionRange().end;
  return {
    line,
    flagsAt: character,
    hasNetwork: run.getFlags().some((flag) => flag.getName() === "network"),
  };
}

/** A name without variables, quotes and escapes, and no index of a stage. */
const IMAGE = /^(?!\d+$)[\w.:/@-]+$/;

type OffsetOf = (position: Range["start"]) => number;

function lineOffsets(text: string): OffsetOf {
  const starts = [0];
  for (const { index } of text.matchAll(/\n/g)) starts.push(index + 1);
  return ({ character, line }) => (starts[line] ?? text.length) + character;
}

/** Places of the names of images. */
function rangesOf(instruction: Instruction): readonly Range[] {
  if (instruction instanceof From) return [instruction.getImageRange() ?? []].flat();
  if (instruction instanceof Copy) {
    const from = instruction.getFlags().find((flag) => flag.getName() === "from");
    return [from?.getValueRange() ?? []].flat();
  }
  if (!(instruction instanceof Run)) return [];
  return instruction
    .getFlags()
    .filter((flag) => flag.getName() === "mount")
    .flatMap((flag) => flag.getOption("from")?.getValueRange() ?? []);
}

function isComplete(text: string, parsed: ParsedDockerfile, offsetOf: OffsetOf): boolean {
  const last = parsed.getInstructions().at(-1);
  if (last === undefined) return true;
  const lines = text.slice(offsetOf(last.getRange().start)).split("\n");
  // Comments and empty lines do not end a command that goes on.
  const end = lines.findLast((line) => line.trim() !== "" && !line.trim().startsWith("#"))?.trim() ?? "";
  const documents = last instanceof Run || last instanceof Copy ? last.getHeredocs() : [];
  // "<<" without a name begins none.
  const name = documents.map((one) => one.getName()).findLast((one) => one !== "");
  return name === undefined ? !end.endsWith(parsed.getEscapeCharacter()) : end === name;
}
