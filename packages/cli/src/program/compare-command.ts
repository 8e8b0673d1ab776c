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
  methodOption,
  readConcurrency,
  SELECTOR_HELP,
} from "./options.ts";

export function addCompare(program: Command, execute: Execute): void {
  const command = program
    .command("compare")
    .description("Compare two images, or two builds of an app.")
    .argument(
      "[target...]",
      "two images, by reference or id, or results in the store (store://NAME); or apps of the config, or selectors (see below)",
    )
    .optionsGroup(GROUPS.comparison)
    .addOption(
      new Option(
        "--build-image <image>",
        "build image to compare: given twice, one for each side; once, against that of the config; OLD=NEW for each app that uses OLD (repeatable)",
      ).argParser(collect),
    )
    .addOption(
      new Option(
        "--runtime-image <image>",
        "like --build-image, for the runtime image (repeatable)",
      ).argParser(collect),
    )
    .option("--methods", "compare the builds of both methods: dockerfile and container")
    .option("--repro", "compare two builds made the same way, one after the other, without any cache")
    .option("--incremental", "compare a build with the artifacts of the present image, and a clean build")
    .option("--no-checks", "compare the images only; do not run the checks of the config")
    .addOption(
      new Option(
        "--ignore <pattern>",
        'differences to ignore: a pattern of paths as in .dockerignore, or "env:NAME", "label:NAME" (repeatable)',
      ).argParser(collect),
    )
    .addOption(
      new Option("--require <verdict>", "required verdict; exit with 1 if a verdict is worse")
        .choices(["identical", "equivalent"])
        .default("equivalent"),
    )
    .optionsGroup(GROUPS.selection)
    .option("--all", "compare all apps, or all that use OLD")
    .option("--no-deps", "use the dependencies of the apps as they are")
    .optionsGroup(GROUPS.build)
    .addOption(methodOption("build all apps by this method"))
    .addOption(
      new Option(
        "-j, --concurrency <n>",
        "number of targets to build at once, or a percentage of the engine's processors such as 50%",
      ).argParser(readConcurrency),
    )
    .optionsGroup(GROUPS.output)
    .option("--hints", "inspect contents that differ and print likely causes (always with --repro)")
    .option("--list", "print every difference that counts, not only the first")
    .addOption(new Option("--json", "print the comparison as JSON").conflicts("quiet"))
    .addOption(
      new Option(
        "--report <format>",
        `report of the comparison to write: ${COMPARE_FORMATS.join(", ")}; FORMAT=FILE sets the file (repeatable)`,
      ).argParser((written: string, earlier: readonly CompareReportFile[] = []) => {
        const report = readCompareReport(written);
        if (report !== undefined) return [...earlier, report];
        throw new InvalidArgumentError(`Allowed: ${COMPARE_FORMATS.join(", ")}.`);
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
      "entries that variants are built on are built first if they are not up to date, as by sti run.",
      "",
      "Verdicts: identical; equivalent, if rules cover all differences; different; not compared, if a variant of an app",
      "cannot be built. The exit code is 1 if a verdict is worse than --require. Rules cover the usual noise of builds:",
      "times, logs, caches (docs/compare.md).",
      "",
      "Examples:",
      "  sti compare acme/api:1.4 acme/api:1.5            two images: the first difference of each level",
      "  sti compare acme/web:1.4 store://web             an image and the result of web in the store",
      "  sti compare web --build-image acme/node:22 --build-image acme/node:24",
      "  sti compare --all --build-image node-builder=acme/node-builder:next   which apps can move to it?",
      "  sti compare web --methods                    do both methods build the same image?",
      "  sti compare --all --repro --require identical   are all builds reproducible?",
      "  sti compare web --incremental                is an incremental build like a clean one?",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

export function addPromote(program: Command, execute: Execute): void {
  const command = program
    .command("promote")
    .description("Move a tag to another image, if it is equivalent to the image that has the tag now.")
    .argument(
      "<target>",
      "app or image entry of the config, for the image with its tag; an image; or a result in the store (store://NAME)",
    )
    .requiredOption("--to <tag>", "tag to move")
    .option("--if-equivalent", "compare first, and move the tag only if the images are equivalent (required)")
    .optionsGroup(GROUPS.comparison)
    .addOption(
      new Option("--require <verdict>", "required verdict; the tag is not moved if the verdict is worse")
        .choices(["identical", "equivalent"])
        .default("equivalent"),
    )
    .option("--no-checks", "compare the images only; do not run the checks of the app")
    .optionsGroup(GROUPS.output)
    .addOption(new Option("--json", "print the comparison and the result as JSON").conflicts("quiet"))
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
      "The image that has the tag now is compared with the other one: config, files and, for an app with checks,",
      "behaviour. If the verdict is worse than required, the tag is not moved and the exit code is 1. If sti.lock contains",
      "the tag, the file is updated. The image that loses the tag is kept, and its id is printed.",
      "",
      "Examples:",
      "  sti promote web --to acme/web:stable --if-equivalent",
      "  sti promote acme/node-builder:next --to acme/node-builder:22 --if-equivalent",
    ].join("\n"),
  );
}
