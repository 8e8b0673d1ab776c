// The commands that compare: compare, promote. Each is loaded when it runs.
import { type Command, InvalidArgumentError, Option } from "commander";
import { chooseComparison } from "../compare/choose-comparison.ts";
import { COMPARE_FORMATS, type CompareReportFile, readCompareReport } from "../compare/report-files.ts";
import type { Execute } from "./execute.ts";
import {
  addLockOptions,
  addProjectOptions,
  addReporterOptions,
  addSelectionOptions,
  collect,
  GROUPS,
  readConcurrency,
  SELECTOR_HELP,
} from "./options.ts";

const COMPARED = "What is compared:";

export function addCompare(program: Command, execute: Execute): void {
  const command = program
    .command("compare")
    .description("Say whether two images, or two builds of an app, come to the same.")
    .argument(
      "[target...]",
      "two images, by reference or id; or apps of the config, or selectors (see below)",
    )
    .optionsGroup(COMPARED)
    .addOption(
      new Option(
        "--build-image <image>",
        "build on this image: given twice, on both; once, beside what the config says; OLD=NEW for each app that uses OLD (repeatable)",
      ).argParser(collect),
    )
    .addOption(
      new Option("--runtime-image <image>", "the same for the runtime image (repeatable)").argParser(collect),
    )
    .option("--methods", "build by method build and by method run")
    .option("--repro", "build twice the same way, one after the other, without any cache")
    .option("--incremental", "build with the artifacts of the image there is, and clean")
    .option("--all", "every app, or every app that uses OLD")
    .option("--no-checks", "look at the images only, and run none of the checks of the config")
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
    .option("--no-deps", "take what the apps need as it is")
    .addOption(
      new Option(
        "--ignore <pattern>",
        'what may differ: a pattern of paths as in .dockerignore, or "env:NAME", "label:NAME" (repeatable)',
      ).argParser(collect),
    )
    .optionsGroup(GROUPS.output)
    .option("--hints", "look into contents that differ, and say what makes them differ (always with --repro)")
    .option("--list", "print every difference that counts, not only the first")
    .addOption(
      new Option("--require <verdict>", "exit with 1 where a verdict is worse than this")
        .choices(["identical", "equivalent"])
        .default("equivalent"),
    )
    .addOption(new Option("--json", "print the comparison as JSON").conflicts("quiet"))
    .addOption(
      new Option(
        "--report <format>",
        `write the comparison: ${COMPARE_FORMATS.join(", ")}; FORMAT=FILE names the file (repeatable)`,
      ).argParser((written: string, earlier: readonly CompareReportFile[] = []) => {
        const report = readCompareReport(written);
        if (report !== undefined) return [...earlier, report];
        throw new InvalidArgumentError(`There are ${COMPARE_FORMATS.join(", ")}.`);
      }),
    )
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const given = command.options
          .filter((option) => command.getOptionValueSource(option.attributeName()) === "cli")
          .flatMap(({ long }) => long ?? []);
        const chosen = chooseComparison(targets, options, given);
        if ("problem" in chosen) {
          context.stderr.write(`sti: ${chosen.problem}\n`);
          return 2;
        }
        if (chosen.kind === "images") {
          const { runCompare } = await import("../commands/compare.ts");
          return await runCompare(chosen.left, chosen.right, options, context);
        }
        const { runCompareApps } = await import("../commands/compare-apps.ts");
        return await runCompareApps(targets, chosen.request, options, context);
      }),
    );
  addReporterOptions(command);
  addSelectionOptions(command);
  addLockOptions(command);
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "Each variant of an app gets a temporary tag, which is removed again; the app's own tag does not move. Image",
      "entries that variants are built on are brought up to date as by sti run.",
      "",
      "Verdicts: identical; equivalent, when rules cover all differences; different. It exits with 1 when a verdict is",
      "worse than --require asks. Rules cover what builds make by themselves: times, logs, caches (docs/compare.md).",
      "",
      "Examples:",
      "  sti compare acme/api:1.4 acme/api:1.5            two images: the first difference of each level",
      "  sti compare web --build-image acme/node:22 --build-image acme/node:24",
      "  sti compare --all --build-image node-builder=acme/node-builder:next   which apps can move to it?",
      "  sti compare web --methods                    is it the same by both methods?",
      "  sti compare --all --repro --require identical   are all builds reproducible?",
      "  sti compare web --incremental                is what sti run makes what a clean build makes?",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

export function addPromote(program: Command, execute: Execute): void {
  const command = program
    .command("promote")
    .description("Move a tag to an image, if that comes to the same as the image that has the tag now.")
    .argument("<target>", "an app or image entry of the config, for the image that has its tag; or an image")
    .requiredOption("--to <tag>", "the tag that is moved")
    .option(
      "--if-equivalent",
      "compare first, and move nothing unless the images are equivalent (must be given)",
    )
    .addOption(
      new Option("--require <verdict>", "move the tag only if the verdict is at least this")
        .choices(["identical", "equivalent"])
        .default("equivalent"),
    )
    .option("--no-checks", "look at the images only, and run none of the checks of the app")
    .addOption(new Option("--json", "print the comparison, and what was done, as JSON").conflicts("quiet"))
    .action((image: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runPromote } = await import("../commands/promote.ts");
        return await runPromote(image, options as { readonly to: string }, context);
      }),
    );
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "The image that has the tag now is compared with the other one: config, files and, for an app with checks, what",
      "both do when they run. On a worse verdict nothing moves, and the exit code is 1. Where sti.lock has the tag, the",
      "file is written, too. The image that loses the tag is kept, and named.",
      "",
      "Examples:",
      "  sti promote web --to acme/web:stable --if-equivalent",
      "  sti promote acme/node-builder:next --to acme/node-builder:22 --if-equivalent",
    ].join("\n"),
  );
}
