// Commands about images and leftovers of sessions: validate, usage, clean. Each is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import { addEngineOption } from "./options.ts";

export function addValidate(program: Command, execute: Execute): void {
  const command = program
    .command("validate")
    .description("Check that an image fulfils the contract of build and runtime images.")
    .argument("<image>", "an image reference; pulled when the engine does not have it")
    .option("--runtime", "check it as the runtime image of an extended build")
    .option("--incremental", "check that it can build incrementally")
    .option("--scripts <folder>", "folder of the scripts in the image", "/usr/bin")
    .option("-q, --quiet", "print nothing when the image will do")
    .action((image: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runValidate } = await import("../commands/validate.ts");
        return await runValidate(image, options, context);
      }),
    );
  addEngineOption(command).addHelpText(
    "after",
    ["", "Examples:", "  sti validate acme/builder", "  sti validate acme/builder --incremental"].join("\n"),
  );
}

export function addUsage(program: Command, execute: Execute): void {
  const command = program
    .command("usage")
    .description("Let an image say what it is for; what has no usage script is described.")
    .argument("<image>", "an image reference; pulled when the engine does not have it")
    .option("--scripts <folder>", "folder of the scripts in the image", "/usr/bin")
    .addOption(
      new Option("--json", "print what can be seen in the image as JSON, and run nothing of it").conflicts(
        "quiet",
      ),
    )
    .option("-q, --quiet", "print nothing but what the script says")
    .action((image: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runUsage } = await import("../commands/usage.ts");
        return await runUsage(image, options, context);
      }),
    );
  addEngineOption(command).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti usage acme/builder          what its /usr/bin/usage prints, or what can be seen in it",
      "  sti usage acme/builder --json   scripts, user, variables, ports and origin, for programs",
    ].join("\n"),
  );
}

export function addClean(program: Command, execute: Execute): void {
  const command = program
    .command("clean")
    .description("Remove what sessions left that were killed: containers, volumes, untagged images.")
    .option("--caches", "remove the caches and kept sources of apps as well")
    .option("-n, --dry-run", "say what would be removed, and remove nothing")
    .addOption(new Option("--json", "print what was removed and kept as JSON").conflicts("quiet"))
    .option("-q, --quiet", "print failures only")
    .action((options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runClean } = await import("../commands/clean.ts");
        return await runClean(options, context);
      }),
    );
  addEngineOption(command).addHelpText(
    "after",
    [
      "",
      "Never removed: tagged images, containers and volumes of your own, what another machine's sessions use.",
      "",
      "Examples:",
      "  sti clean                      what sessions left that were killed",
      "  sti clean --dry-run            the same, only said",
      "  sti clean --caches --dry-run   list them, with sizes and last use",
      "  sti clean --caches             remove them, too",
    ].join("\n"),
  );
}
