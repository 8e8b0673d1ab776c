// The command about the lock file. It is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import { addEngineOption } from "./options.ts";

export function addLock(program: Command, execute: Execute): void {
  const command = program
    .command("lock")
    .description("Write into sti.lock which images from elsewhere the config uses: commit the file.")
    .option("-C, --cwd <folder>", "look for the config in this folder")
    .option("--config <file>", "use this config file")
    .option("--update [image...]", "lock what these images are now, pulled anew; alone: all of them")
    .addOption(
      new Option(
        "--check",
        "change nothing; exit with 1 when the file does not fit the config or the engine",
      ).conflicts("update"),
    )
    .addOption(new Option("--json", "print what was changed as JSON").conflicts("quiet"))
    .option("-q, --quiet", "print failures only")
    .action((options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runLock } = await import("../commands/lock.ts");
        return await runLock(options, context);
      }),
    );
  addEngineOption(command).addHelpText(
    "after",
    [
      "",
      "What is locked stays as it is; what is not yet is looked up in the engine, or pulled where that may be done.",
      "sti run pulls what is missing by the digest that is locked. --frozen refuses what is not the locked one.",
      "",
      "Examples:",
      "  sti lock                          add what is new, remove what nothing uses any more",
      "  sti lock --update debian:12       pull debian:12 and lock what it is now",
      "  sti lock --update                 the same for every image",
      "  sti lock --check                  for a script: does the file still fit?",
    ].join("\n"),
  );
}
