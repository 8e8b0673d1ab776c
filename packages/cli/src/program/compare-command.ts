// `sti compare` on the command line. It is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import { addEngineOption, GROUPS } from "./options.ts";

const collect = (value: string, earlier: readonly string[] = []) => [...earlier, value];

export function addCompare(program: Command, execute: Execute): void {
  const command = program
    .command("compare")
    .description("Compare two images: config, files and cost, with a verdict for each.")
    .argument("<left>", "an image reference or id; a reference is pulled when the engine does not have it")
    .argument("<right>", "what it is compared with")
    .optionsGroup(GROUPS.build)
    .addOption(
      new Option(
        "--ignore <pattern>",
        'what may differ: a pattern of paths as in .dockerignore, or "env:NAME", "label:NAME" (repeatable)',
      ).argParser(collect),
    )
    .addOption(
      new Option("--require <verdict>", "the worst verdict that will do")
        .choices(["identical", "equivalent"])
        .default("equivalent"),
    )
    .optionsGroup(GROUPS.output)
    .option("--hints", "look into contents that differ, and say what makes them differ")
    .option("--list", "print every difference that counts, not only the first")
    .addOption(new Option("--json", "print the comparison as JSON").conflicts("quiet"))
    .addOption(new Option("-q, --quiet", "print nothing when the verdict will do").conflicts("verbose"))
    .option("-v, --verbose", "print every difference, also those that rules cover")
    .action((left: string, right: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runCompare } = await import("../commands/compare.ts");
        return await runCompare(left, right, options, context);
      }),
    );
  addEngineOption(command).addHelpText(
    "after",
    [
      "",
      "Verdicts: identical; equivalent, when rules cover all differences; different. It exits with 1 when a verdict is",
      "worse than --require asks. Rules cover what builds make by themselves: times, logs, caches (docs/compare.md).",
      "",
      "Examples:",
      "  sti compare acme/api:1.4 acme/api:1.5            the first difference of each level",
      "  sti compare acme/api:1.4 acme/api:1.5 --list     all of them",
      "  sti compare --ignore app/build.json --ignore env:BUILD_ID acme/api:1.4 acme/api:1.5",
      "  sti compare --require identical --hints acme/api:a acme/api:b   is a build reproducible, and if not, why?",
    ].join("\n"),
  );
}
