// Options that several commands share.
import { type Command, InvalidArgumentError, Option } from "commander";
import { REPORTERS } from "../render/reporters.ts";
import { REPORT_FORMATS, type Report, readReport } from "../report/report-formats.ts";

export const collect = (value: string, earlier: readonly string[] = []) => [...earlier, value];

/** Headings of a command's options in its help. */
export const GROUPS = {
  selection: "What is selected:",
  build: "How it is built:",
  output: "What is told:",
  project: "Where, and with which config:",
} as const;

export function addTargetOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.build)
    .addOption(
      new Option("-m, --method <method>", "build every app by this method").choices(["build", "run"]),
    )
    .option("--force", "build what is up to date too")
    .option("--clean", "build from nothing: no artifacts of earlier builds, no build cache");
}

/** Accepted target arguments of a command. */
export const SELECTORS = "names of apps and images in the config, or selectors (see below)";

/** For the end of a command's help. */
export const SELECTOR_HELP = [
  "",
  "Selectors (quote what your shell would take for itself):",
  '  api "*-web"          by name; what it needs is built too',
  "  api...  ...api       with what it needs, with what needs it; ^ leaves itself out: ...^api",
  '  "!docs"              all but these',
  "  {./services}         whose source lies in a folder",
  "  [main] [v1...v2]     that changed since a commit, or between two",
  "  tag:acme/*  label:team=core  group:shop   by image tag, label or group of the config",
];

/** Of commands that build. */
export function addPartOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.selection)
    .option("--no-deps", "build only what is selected, and take what it needs as it is")
    .addOption(
      new Option("--shard <i/n>", "only one of n disjoint parts of the selection, from 1/n to n/n").argParser(
        readShard,
      ),
    )
    .option("--shard-by <file>", "balance the parts by the durations in a file of --metadata-file");
}

function readShard(text: string): { readonly index: number; readonly count: number } {
  const [, index = 0, count = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw new InvalidArgumentError("It must be like 1/4: a part, and how many there are.");
}

export function addSelectionOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.selection)
    .addOption(
      new Option(
        "--affected [base]",
        "only what differs from the branch this one is to be merged into (or from --affected=BASE), and what needs it",
      ).argParser((base: string) => (base === "" ? true : base)),
    );
}

export function addProjectOptions(command: Command): Command {
  return addEngineOption(
    addVerbosityOptions(
      command
        .optionsGroup(GROUPS.project)
        .option("-C, --cwd <folder>", "look for the config in this folder")
        .option("--config <file>", "use this config file")
        .option("--mode <name>", "what a config that is a function gets as mode (default: development)")
        .addOption(
          new Option("--profile <name>", "merge a profile of the config into it (repeatable)").argParser(
            collect,
          ),
        )
        .addOption(
          new Option(
            "--set <key=value>",
            "put a value into the config, e.g. apps.api.tag=acme/api:ci (repeatable)",
          ).argParser(collect),
        ),
    ),
  );
}

export function addLockOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.build)
    .option("--frozen", "refuse images that are not those of sti.lock (default in CI, where the file exists)")
    .option("--no-frozen", "only say that they are not");
}

export function addVerbosityOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.output)
    .addOption(new Option("-q, --quiet", "print failures only").conflicts("verbose"))
    .option("-v, --verbose", "print every step and all output");
}

function readReporter(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  throw new InvalidArgumentError(`There are ${names.join(", ")}.`);
}

/** Options for reporting progress. */
export function addReporterOptions(command: Command, names: readonly string[] = REPORTERS): Command {
  return command
    .optionsGroup(GROUPS.output)
    .addOption(
      new Option(
        "--reporter <name>",
        `how to show what happens: ${names.join(", ")} (repeatable; default: what suits the place)`,
      )
        .argParser((name: string, earlier?: readonly string[]) => collect(readReporter(name, names), earlier))
        .conflicts("quiet"),
    )
    .addOption(
      new Option(
        "--output-file <file>",
        "let the reporter write to a file; NAME=FILE where there are several (repeatable)",
      ).argParser(collect),
    );
}

/** Options for reporters and report files. */
export function addReportOptions(command: Command): Command {
  return addReporterOptions(command)
    .addOption(
      new Option(
        "--report <format>",
        `write a report when the session has finished: ${REPORT_FORMATS.join(", ")}; FORMAT=FILE names the file (repeatable)`,
      ).argParser((written: string, earlier: readonly Report[] = []) => {
        const report = readReport(written);
        if (report !== undefined) return [...earlier, report];
        throw new InvalidArgumentError(`There are ${REPORT_FORMATS.join(", ")}.`);
      }),
    )
    .option("--metadata-file <file>", "write what became of each target into a JSON file");
}

export function addEngineOption(command: Command): Command {
  return command
    .optionsGroup(GROUPS.project)
    .option(
      "--engine <endpoint>",
      "the engine, e.g. unix:///var/run/docker.sock (default: as the docker command finds it)",
    );
}

/** The pattern is core's; loading core for it would slow down every command. */
export function readConcurrency(text: string): number | string {
  if (/^(?:[1-9]\d?|100)%$/.test(text)) return text;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1024) return Number(text);
  throw new InvalidArgumentError("It must be a number from 1 to 1024, or a percentage such as 50%.");
}
