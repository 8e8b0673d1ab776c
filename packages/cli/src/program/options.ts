// Options that several commands share.
import { METHODS, readMethod } from "@sti/core/method";
import { type Command, InvalidArgumentError, Option } from "commander";
import { REPORTERS } from "../render/reporters.ts";
import { REPORT_FORMATS, type Report, readReport } from "../report/report-formats.ts";

export const collect = (value: string, earlier: readonly string[] = []) => [...earlier, value];

/** Headings of a command's options in its help. An option has the same heading in every command. */
export const GROUPS = {
  selection: "Selection:",
  build: "Build:",
  comparison: "Comparison:",
  output: "Output:",
  project: "Config and engine:",
} as const;

export function addTargetOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.build)
    .addOption(methodOption("build all apps by this method"))
    .option("--force", "build targets that are up to date, too")
    .option("--clean", "build without artifacts of earlier builds and without the build cache");
}

/** The help offers the names of today; earlier ones are accepted. */
export function methodOption(description: string): Option {
  return new Option("-m, --method <method>", description).choices(METHODS).argParser((written: string) => {
    const method = readMethod(written);
    if (method !== undefined) return method;
    throw new InvalidArgumentError(`Allowed choices are ${METHODS.join(", ")}.`);
  });
}

/** Options of a session that uses the shared store of the config. */
export function addStoreOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.build)
    .option("--no-cache-read", "take no results from the store (cache of the config)")
    .option("--no-cache-write", "add no results to the store")
    .addOption(
      new Option(
        "--load <which>",
        "restored results to pull into the engine: all, only those that something is built from (none), or all except in CI (auto)",
      )
        .choices(["auto", "all", "none"])
        .default("auto"),
    );
}

/** Accepted target arguments of a command. */
export const SELECTORS = "names of apps and images in the config, or selectors (see below)";

/** For the end of a command's help. */
export const SELECTOR_HELP = [
  "",
  "Selectors (quote characters that are special to your shell):",
  '  api "*-web"          by name; dependencies are built too',
  "  api...  ...api       with dependencies, with dependents; ^ excludes itself: ...^api",
  '  "!docs"              all except these',
  "  {./services}         targets whose source is in a folder",
  "  [main] [v1...v2]     targets changed since a commit, or between two",
  "  tag:acme/*  label:team=core  group:shop   by image tag, label or group of the config",
];

/** Of commands that build. */
export function addPartOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.selection)
    .option("--no-deps", "build only the selected targets; use their dependencies as they are")
    .addOption(
      new Option("--shard <i/n>", "select one of n disjoint parts, from 1/n to n/n").argParser(readShard),
    )
    .option("--shard-by <file>", "balance the parts by the durations in a --metadata-file");
}

/** Of commands that know the platforms of targets. */
export function addPlatformOption(command: Command): Command {
  return command
    .optionsGroup(GROUPS.selection)
    .addOption(
      new Option(
        "--platform <platform>",
        "build targets that have platforms only for this one, e.g. linux/arm64 (repeatable, or a list with commas)",
      ).argParser((text: string, earlier: readonly string[] = []) => [...earlier, ...text.split(",")]),
    );
}

function readShard(text: string): { readonly index: number; readonly count: number } {
  const [, index = 0, count = 0] = (/^(\d{1,4})\/(\d{1,4})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw new InvalidArgumentError("It must be PART/PARTS, such as 1/4.");
}

export function addSelectionOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.selection)
    .addOption(
      new Option(
        "--affected [base]",
        "select only targets that differ from the merge target of this branch (or from --affected=BASE), and their dependents",
      ).argParser((base: string) => (base === "" ? true : base)),
    );
}

/** The place of the config. */
export function addConfigOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.project)
    .option("-C, --cwd <folder>", "search for the config in this folder")
    .option("--config <file>", "path of the config file");
}

/** The place of the config, and values that change it. */
export function addValueOptions(command: Command): Command {
  return addConfigOptions(command)
    .option("--mode <name>", "value of mode in a config that is a function (default: development)")
    .addOption(
      new Option("--profile <name>", "profile to merge into the config (repeatable)").argParser(collect),
    )
    .addOption(
      new Option(
        "--set <key=value>",
        "config value to set, e.g. apps.api.tag=acme/api:ci (repeatable)",
      ).argParser(collect),
    );
}

export function addProjectOptions(command: Command): Command {
  return addEngineOption(addVerbosityOptions(addValueOptions(command)));
}

export function addLockOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.build)
    .option("--frozen", "refuse images that differ from sti.lock (default in CI if the file exists)")
    .option("--no-frozen", "only warn about images that differ from sti.lock");
}

export function addVerbosityOptions(command: Command): Command {
  return command
    .optionsGroup(GROUPS.output)
    .addOption(new Option("-q, --quiet", "print failures only").conflicts("verbose"))
    .option("-v, --verbose", "print every step and all output");
}

function readReporter(name: string, names: readonly string[]): string {
  if (names.includes(name)) return name;
  throw new InvalidArgumentError(`Allowed: ${names.join(", ")}.`);
}

/** Port 0 is any free one. */
function readPort(text: string): number {
  if (text === "") return 0;
  if (/^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) < 65_536) return Number(text);
  throw new InvalidArgumentError("It must be a port from 1 to 65535.");
}

/** Of commands that build. */
export function addPageOption(command: Command): Command {
  return command
    .optionsGroup(GROUPS.output)
    .addOption(
      new Option(
        "--ui [port]",
        "show the session on a page for the browser of this machine; --ui=PORT sets the port (default: any free one)",
      ).argParser(readPort),
    );
}

/** Options for reporting progress. */
export function addReporterOptions(command: Command, names: readonly string[] = REPORTERS): Command {
  return command
    .optionsGroup(GROUPS.output)
    .addOption(
      new Option(
        "--reporter <name>",
        `progress output: ${names.join(", ")} (repeatable; default: depends on terminal and CI)`,
      )
        .argParser((name: string, earlier?: readonly string[]) => collect(readReporter(name, names), earlier))
        .conflicts("quiet"),
    )
    .addOption(
      new Option(
        "--output-file <file>",
        "output file of the reporter; NAME=FILE if there are several reporters (repeatable)",
      ).argParser(collect),
    );
}

/** Options for reporters and report files. */
export function addReportOptions(command: Command): Command {
  return addReporterOptions(command)
    .addOption(
      new Option(
        "--report <format>",
        `report to write at the end of the session: ${REPORT_FORMATS.join(", ")}; FORMAT=FILE sets the file (repeatable)`,
      ).argParser((written: string, earlier: readonly Report[] = []) => {
        const report = readReport(written);
        if (report !== undefined) return [...earlier, report];
        throw new InvalidArgumentError(`Allowed: ${REPORT_FORMATS.join(", ")}.`);
      }),
    )
    .option("--metadata-file <file>", "write the result of each target to a JSON file");
}

export function addEngineOption(command: Command): Command {
  return command
    .optionsGroup(GROUPS.project)
    .option(
      "--engine <endpoint>",
      "engine endpoint, e.g. unix:///var/run/docker.sock (default: the docker command's endpoint)",
    );
}

/** The pattern is core's; loading core for it would slow down every command. */
export function readConcurrency(text: string): number | string {
  if (/^(?:[1-9]\d?|100)%$/.test(text)) return text;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1024) return Number(text);
  throw new InvalidArgumentError("It must be a number from 1 to 1024, or a percentage such as 50%.");
}

/** Whole seconds, up to a day. */
export function readSeconds(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 86_400) return Number(text);
  throw new InvalidArgumentError("It must be a number of seconds, at most 86400.");
}
