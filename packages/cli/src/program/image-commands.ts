// Commands about images and leftovers of sessions: validate, usage, clean. Each is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import { addEngineOption, GROUPS } from "./options.ts";

export function addValidate(program: Command, execute: Execute): void {
  const command = program
    .command("validate")
    .description("Check whether an image can be a build or runtime image.")
    .argument("<image>", "image reference; pulled if the engine does not have it")
    .option("--runtime", "check the image as the runtime image of an extended build")
    .option("--incremental", "also check whether the image supports incremental builds")
    .option("--scripts <folder>", "folder of the scripts in the image", "/usr/bin")
    .optionsGroup(GROUPS.output)
    .option("-q, --quiet", "print nothing if the image is valid")
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
    .description("Print an image's usage, or describe it if it has no usage script.")
    .argument("<image>", "image reference; pulled if the engine does not have it")
    .option("--scripts <folder>", "folder of the scripts in the image", "/usr/bin")
    .optionsGroup(GROUPS.output)
    .addOption(
      new Option("--json", "print the description of the image as JSON, and do not run it").conflicts(
        "quiet",
      ),
    )
    .option("-q, --quiet", "print only the output of the script")
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
      "  sti usage acme/builder          the output of its /usr/bin/usage, or a description",
      "  sti usage acme/builder --json   scripts, user, variables, ports and origin as JSON",
    ].join("\n"),
  );
}

export function addClean(program: Command, execute: Execute): void {
  const command = program
    .command("clean")
    .description("Remove leftovers of interrupted sessions: containers, volumes, untagged images.")
    .option("--caches", "also remove the caches and source caches of apps")
    .option("-n, --dry-run", "list the objects to remove, and remove nothing")
    .optionsGroup(GROUPS.output)
    .addOption(new Option("--json", "print the removed and kept objects as JSON").conflicts("quiet"))
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
      "Never removed: tagged images, your own containers and volumes, and objects in use by sessions on other machines.",
      "",
      "Examples:",
      "  sti clean                      remove leftovers of interrupted sessions",
      "  sti clean --dry-run            list the objects to remove",
      "  sti clean --caches --dry-run   list the caches too, with sizes and last use",
      "  sti clean --caches             remove the caches too",
    ].join("\n"),
  );
}
