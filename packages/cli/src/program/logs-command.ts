// `sti logs` on the command line. It is loaded when it runs.
import type { Command } from "commander";
import type { Execute } from "./execute.ts";
import { addConfigOptions } from "./options.ts";

export function addLogs(program: Command, execute: Execute): void {
  const command = program
    .command("logs")
    .description("Print the output of the last build of an app or image.")
    .argument("<target>", "name of an app or image in the config")
    .action((target: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runLogs } = await import("../commands/logs.ts");
        return await runLogs(target, options, context);
      }),
    );
  addConfigOptions(command).addHelpText(
    "after",
    [
      "",
      "The log is that of the last build that printed anything, in .sti/logs beside the config. Of more than 80 MiB, the",
      "middle is left out.",
      "",
      "Examples:",
      "  sti logs web",
      "  sti logs web | less",
    ].join("\n"),
  );
}
