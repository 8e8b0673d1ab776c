// `sti attach` on the command line. It is loaded when it runs.
import type { Command } from "commander";
import type { Execute } from "./execute.ts";
import { addReporterOptions, addVerbosityOptions, GROUPS } from "./options.ts";

export function addAttach(program: Command, execute: Execute): void {
  const command = program
    .command("attach")
    .description("Show and follow a session that was started with sti run --detach.")
    .argument("[run]", "id of the run, or its first characters (default: the newest)")
    .optionsGroup(GROUPS.build)
    .option("--cancel", "end the session, as Ctrl-C would")
    .action((run: string | undefined, options: Record<string, unknown>) =>
      execute(
        options,
        async (context) => {
          const { runAttach } = await import("../commands/attach.ts");
          return await runAttach(run, options, context);
        },
        { onSignal: "detach" },
      ),
    );
  addReporterOptions(addVerbosityOptions(command)).addHelpText(
    "after",
    [
      "",
      "Shows the session from its start, and ends with its exit code. Ctrl-C leaves it running. A session that has ended is",
      "shown for a week.",
      "",
      "Examples:",
      "  sti attach                     the newest run",
      "  sti attach 3f9c2a1b -v         with every step and all output",
      "  sti attach 3f9c2a1b --cancel   end it",
    ].join("\n"),
  );
}
