// `sti watch` on the command line. It is loaded when it runs.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Execute } from "./execute.ts";
import {
  addLockOptions,
  addProjectOptions,
  addReporterOptions,
  GROUPS,
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
    .description("Bring targets up to date, and again whenever their sources or the config change.")
    .argument("[target...]", SELECTORS)
    .optionsGroup(GROUPS.selection)
    .option("--no-deps", "build only what is selected, and take what it needs as it is")
    .optionsGroup("When it is built:")
    .addOption(
      new Option(
        "--debounce <ms>",
        "how long files must rest before a change counts (default: 50)",
      ).argParser(readMilliseconds),
    )
    .addOption(
      new Option(
        "--on-busy <policy>",
        "when something changes that is being built: restart the build, or queue one more",
      )
        .choices(["restart", "queue"])
        .default("restart"),
    )
    .addOption(
      new Option(
        "--poll [ms]",
        "look at files again and again, where the file system tells nothing of changes; --poll=MS: how often (default: 1000)",
      ).argParser((text: string) => (text === "" ? USUAL_POLL : readMilliseconds(text))),
    )
    .option(
      "--exec <command>",
      "run a shell command at the start and after each change, once everything is built; STI_CHANGED names the targets with new images",
    )
    .option(
      "--run",
      "run a container of each selected app and replace it after each rebuild, as dev in the config says",
    )
    .optionsGroup(GROUPS.build)
    .addOption(
      new Option("-m, --method <method>", "build every app by this method").choices(["build", "run"]),
    )
    .addOption(
      new Option(
        "-j, --concurrency <n>",
        "how many targets to build at once: a number, or a share such as 50%",
      ).argParser(readConcurrency),
    )
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runWatch } = await import("../commands/watch.ts");
        return await runWatch(targets, options, context);
      }),
    );
  addReporterOptions(command, REPORTERS);
  addLockOptions(command);
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "The config, what it imports, files of variables, Dockerfiles and ignore files are watched too. A config that cannot",
      "be used is told, and what it said before holds until it is put right. Keys: ? lists them, q ends the watch.",
      "",
      "Examples:",
      "  sti watch                              everything in the config",
      "  sti watch web                          web and what it needs",
      "  sti watch --run api                    a container of api, always of its newest image",
      "  sti watch --exec 'docker compose up -d'  after each change",
      "  sti watch --reporter ndjson            events for an editor, one JSON object a line",
      "  sti watch --poll=500                   on a network drive",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

function readMilliseconds(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It must be a number of milliseconds.");
}
