// `sti cache` on the command line. It is loaded when it runs.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Execute } from "./execute.ts";
import { addValueOptions, GROUPS } from "./options.ts";

export function addCache(program: Command, execute: Execute): void {
  const command = program
    .command("cache")
    .description("List and remove the results in the shared store of the config.")
    .addArgument(
      program
        .createArgument("<action>", "ls: list, prune: remove old results, rm: remove the results of targets")
        .choices(["ls", "prune", "rm"]),
    )
    .argument("[target...]", "rm: names of targets")
    .addOption(
      new Option("--older-than <age>", "prune: remove results that are older: 12h, 14d").argParser(readAge),
    )
    .addOption(
      new Option("--keep-last <n>", "prune: keep the newest results of each target").argParser(readCount),
    )
    .option("-n, --dry-run", "list the results to remove, and remove nothing")
    .optionsGroup(GROUPS.output)
    .addOption(new Option("--json", "print the results as JSON").conflicts("quiet"))
    .option("-q, --quiet", "print problems only")
    .action((action: "ls" | "prune" | "rm", targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runCache } = await import("../commands/cache.ts");
        return await runCache(action, targets, options, context);
      }),
    );
  addValueOptions(command).addHelpText(
    "after",
    [
      "",
      "The store is `cache` of the config. A registry removes an image with all its tags: one with a tag that sti did not",
      "write stays. prune also removes packed sources and logs of runs on workers that are older than two days.",
      "",
      "Examples:",
      "  sti cache ls                                   all results, newest first",
      "  sti cache prune --older-than 14d --keep-last 3 old results, but the last three of each target",
      "  sti cache rm api --dry-run                     results and dependency layers of api",
    ].join("\n"),
  );
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds. */
function readAge(written: string): number {
  const [, count, unit = ""] = /^(\d{1,6})([mhd])$/.exec(written) ?? [];
  if (count === undefined)
    throw new InvalidArgumentError("Write a number of minutes, hours or days: 30m, 12h, 14d.");
  return Number(count) * (UNITS[unit] ?? 0);
}

function readCount(written: string): number {
  if (!/^\d{1,6}$/.test(written)) throw new InvalidArgumentError("Write a number.");
  return Number(written);
}
