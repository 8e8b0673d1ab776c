// The command about the lock file. It is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import { addConfigOptions, addEngineOption, GROUPS } from "./options.ts";

export function addLock(program: Command, execute: Execute): void {
  const command = program
    .command("lock")
    .description("Lock the external images of the config in sti.lock; commit the file.")
    .option(
      "--update [image...]",
      "pull these images, or all if none is named, and lock them as they are now",
    )
    .addOption(
      new Option(
        "--check",
        "change nothing; exit with 1 if the file does not match the config or the engine",
      ).conflicts("update"),
    )
    .optionsGroup(GROUPS.output)
    .addOption(new Option("--json", "print the changes as JSON").conflicts("quiet"))
    .option("-q, --quiet", "print failures only")
    .action((options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runLock } = await import("../commands/lock.ts");
        return await runLock(options, context);
      }),
    );
  addEngineOption(addConfigOptions(command)).addHelpText(
    "after",
    [
      "",
      "Locked images stay as they are. New images are locked as the engine has them, or else pulled if `pull` allows it.",
      "sti run pulls missing images by their locked digest. With --frozen it refuses images that differ from the lock.",
      "",
      "Examples:",
      "  sti lock                          add new images, remove unused ones",
      "  sti lock --update debian:12       pull debian:12 again and lock it as it is now",
      "  sti lock --update                 the same for every image",
      "  sti lock --check                  does the file match? (for scripts and CI)",
    ].join("\n"),
  );
}
