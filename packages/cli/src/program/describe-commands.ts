// The commands as data, for their reference in docs/cli. Hidden commands and options are left out.
import type { Argument, Command, Option } from "commander";

/** Members under a heading of the help; headings have no colon. */
export interface Group<Member> {
  readonly heading: string;
  readonly members: readonly Member[];
}

/** An argument or an option. */
export interface ParameterDescription {
  /** As in the help: `[target...]`, `-m, --method <method>`. */
  readonly term: string;
  readonly meaning: string;
  /** True for an option without which the command refuses to run. */
  readonly required: boolean;
  /** Empty if any value is accepted. */
  readonly choices: readonly string[];
  readonly default?: string | undefined;
}

export interface CommandDescription {
  readonly name: string;
  readonly summary: string;
  /** As in the help: `sti run [options] [target...]`. */
  readonly usage: string;
  readonly arguments: readonly ParameterDescription[];
  readonly options: readonly Group<ParameterDescription>[];
  /** Help text after the options: notes and examples. */
  readonly closing: string;
}

export interface ProgramDescription extends CommandDescription {
  readonly commands: readonly Group<CommandDescription>[];
}

/** Everything that the help of a program and of its commands contains. Commands leave out `--help`, which all have. */
export function describeProgram(program: Command): ProgramDescription {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => program.commands.includes(command));
  return {
    ...describeCommand(program, help.visibleOptions(program)),
    commands: groupBy(
      commands,
      (command) => command.helpGroup() || "Commands:",
      (command) =>
        describeCommand(
          command,
          command.options.filter((option) => !option.hidden),
        ),
    ),
  };
}

function describeCommand(command: Command, options: readonly Option[]): CommandDescription {
  return {
    name: command.name(),
    summary: command.description(),
    usage: command.createHelp().commandUsage(command),
    arguments: command.registeredArguments.map(describeArgument),
    options: groupBy(options, (option) => option.helpGroupHeading ?? "Options:", describeOption),
    closing: closingText(command),
  };
}

function describeArgument(argument: Argument): ParameterDescription {
  const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
  return {
    term: argument.required ? `<${name}>` : `[${name}]`,
    meaning: argument.description,
    required: false,
    choices: argument.argChoices ?? [],
    default: describeDefault(argument.defaultValueDescription ?? argument.defaultValue),
  };
}

function describeOption(option: Option): ParameterDescription {
  return {
    term: option.flags,
    meaning: option.description,
    required: option.mandatory,
    choices: option.argChoices ?? [],
    default: describeDefault(option.defaultValueDescription ?? option.defaultValue),
  };
}

/** The default of a flag is plain from its name. */
function describeDefault(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

/** Commander keeps added texts as listeners only, so the help is printed and the part that it generates is removed. */
function closingText(command: Command): string {
  let text = "";
  command.configureOutput({
    writeOut: (part) => {
      text += part;
    },
  });
  command.outputHelp();
  const generated = command.helpInformation();
  return text.slice(text.indexOf(generated) + generated.length).replace(/^\n+|\n+$/g, "");
}

/** Groups and members in the order in which they come first, as in the help. */
function groupBy<Item, Member>(
  items: readonly Item[],
  headingOf: (item: Item) => string,
  describe: (item: Item) => Member,
): readonly Group<Member>[] {
  const groups = new Map<string, Member[]>();
  for (const item of items) {
    const heading = headingOf(item).replace(/:$/, "");
    const members = groups.get(heading) ?? [];
    members.push(describe(item));
    groups.set(heading, members);
  }
  return [...groups].map(([heading, members]) => ({ heading, members }));
}
