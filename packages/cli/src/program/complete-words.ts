// Completions for the last word of an unfinished command line: commands, options, their values, targets.
import type { Command, Option } from "commander";

/** Names of arguments that are targets, and detached runs. */
const TARGET_ARGUMENT = "target";
const RUN_ARGUMENT = "run";
/** Options whose value is a target. */
const TARGET_OPTIONS = ["--dockerfile", "--files"];

/**
 * `words`: what follows `sti` on the line, the unfinished word last (it may be ""). `targets` gets the folder of -C.
 * `runs`: detached runs. A candidate and what it is are apart by a tab.
 */
export async function completeWords(
  program: Command,
  words: readonly string[],
  targets: (folder: string | undefined) => Promise<readonly string[]>,
  runs: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  const current = words.at(-1) ?? "";
  const before = words.slice(0, -1);
  const name = before.find((word) => !word.startsWith("-"));
  const command = program.commands.find((one) => one.name() === name);
  const starting = (candidates: readonly string[]) =>
    candidates.filter((candidate) => candidate.startsWith(current));
  if (command === undefined) {
    if (name !== undefined) return [];
    const commands = program.commands.filter((one) => !isHidden(one));
    return starting([
      ...commands.map((one) => describe(one.name(), one.description())),
      ...(current.startsWith("-") ? program.options.flatMap(spellings) : []),
    ]);
  }
  const listed = async () => await targets(folderOf(before));
  const previous = before.at(-1) ?? "";
  const asked = command.options.find((option) => option.long === previous || option.short === previous);
  if (asked?.required === true) return starting(await valuesOf(asked, listed));
  const [, long, value] = /^(--[a-z-]+)=(.*)$/s.exec(current) ?? [];
  if (long !== undefined && value !== undefined) {
    const option = command.options.find((one) => one.long === long);
    const values = option === undefined ? [] : await valuesOf(option, listed);
    return values.filter((one) => one.startsWith(value)).map((one) => `${long}=${one}`);
  }
  if (current.startsWith("-"))
    return starting(command.options.filter((one) => !one.hidden).flatMap(spellings));
  const [argument] = command.registeredArguments;
  if (argument?.name() === TARGET_ARGUMENT) return starting(await listed());
  if (argument?.name() === RUN_ARGUMENT) return starting(await runs());
  return starting(argument?.argChoices ?? []);
}

async function valuesOf(
  option: Option,
  targets: () => Promise<readonly string[]>,
): Promise<readonly string[]> {
  return TARGET_OPTIONS.includes(option.long ?? "") ? await targets() : (option.argChoices ?? []);
}

function folderOf(words: readonly string[]): string | undefined {
  const index = words.findLastIndex((word) => word === "-C" || word === "--cwd");
  return index === -1 ? undefined : words[index + 1];
}

/** The long spelling is enough: it is self-explanatory. */
function spellings(option: Option): readonly string[] {
  return option.long === undefined ? [] : [describe(option.long, option.description)];
}

function describe(word: string, text: string): string {
  const [first = ""] = text.split(/[:;(]|\.\s|\.$/);
  return `${word}\t${first.trim()}`;
}

function isHidden(command: Command): boolean {
  return command.name() === "complete";
}
