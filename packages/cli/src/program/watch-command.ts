// `sti watch` on the command line. It is loaded when it runs.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Execute } from "./execute.ts";
import {
  addLockOptions,
  addPageOption,
  addProjectOptions,
  addReporterOptions,
  GROUPS,
  methodOption,
  readConcurrency,
  SELECTOR_HELP,
  SELECTORS,
} from "./options.ts";

/** Those that can show something that has no end. */
const REPORTERS = ["viewport", "plain", "quiet", "silent", "ndjson"];
const USUAL_POLL = 1000;

export function addWatch(program: Command, execute: Execute): void {
  const command = program
    .command("watch")
    .description("Build targets, and rebuild them when their sources or the config change.")
    .argument("[target...]", SELECTORS)
    .optionsGroup(GROUPS.selection)
    .option("--no-deps", "build only the selected targets; use their dependencies as they are")
    .optionsGroup("Watch:")
    .addOption(
      new Option(
        "--debounce <ms>",
        "milliseconds that files must be unchanged before a build (default: 50)",
      ).argParser(readMilliseconds),
    )
    .addOption(
      new Option("--on-busy <policy>", "on a change during a build: restart the build, or queue another one")
        .choices(["restart", "queue"])
        .default("restart"),
    )
    .addOption(
      new Option(
        "--poll [ms]",
        "poll files, for file systems without change events; --poll=MS sets the interval (default: 1000)",
      ).argParser((text: string) => (text === "" ? USUAL_POLL : readMilliseconds(text))),
    )
    .option(
      "--exec <command>",
      "shell command to run at the start and after each change, once everything is built; STI_CHANGED names the targets with new images",
    )
    .option(
      "--run",
      "run a container of each selected app and replace it after each rebuild, with the settings in dev",
    )
    .optionsGroup(GROUPS.build)
    .addOption(methodOption("build all apps by this method"))
    .option("--no-cache-read", "take no results from the store (cache of the config)")
    .addOption(
      new Option(
        "-j, --concurrency <n>",
        "number of targets to build at once, or a percentage of the engine's processors such as 50%",
      ).argParser(readConcurrency),
    )
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runWatch } = await import("../commands/watch.ts");
        return await runWatch(targets, options, context);
      }),
    );
  addPageOption(addReporterOptions(command, REPORTERS));
  addLockOptions(command);
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "The config, its imports, files of variables, Dockerfiles and ignore files are watched too. An invalid config is",
      "reported; the last valid one stays in effect. Keys: ? lists them, q ends the watch. `sti up` is short for",
      "`sti watch --run`.",
      "",
      "Examples:",
      "  sti watch                              everything in the config",
      "  sti watch web                          web and its dependencies",
      "  sti watch --run api                    api in a container, always of its newest image",
      "  sti watch --exec 'docker compose up -d'  a command after each change",
      "  sti watch --reporter ndjson            events for an editor, one JSON object per line",
      "  sti watch --poll=500                   on a network drive",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

function readMilliseconds(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number of milliseconds.");
}
