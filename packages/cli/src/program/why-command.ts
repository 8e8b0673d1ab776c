// `sti why` on the command line. It is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import { addProjectOptions } from "./options.ts";

export function addWhy(program: Command, execute: Execute): void {
  const command = program
    .command("why")
    .description("Say why targets would be built, or why not.")
    .argument("[target...]", "names of apps and images in the config; all when none is named")
    .option(
      "--against <build>",
      "compare with an older build: how many builds ago it was, or the start of its key",
    )
    .addOption(
      new Option("--history", "list the recorded builds, and why each was made").conflicts([
        "against",
        "offline",
      ]),
    )
    .option("--json", "print it as JSON")
    .option("--offline", "compare with the last recorded build, without asking an engine")
    .addOption(new Option("-m, --method <method>", "as it was given to sti run").choices(["build", "run"]))
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runWhy } = await import("../commands/why.ts");
        return await runWhy(targets, options, context);
      }),
    );
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti why                       every target: what changed, or what was compared",
      "  sti why web                   the same of web",
      "  sti why web --history         the builds of web that are remembered, and why each was made",
      "  sti why web --against 1       what differs from the build before the last one",
      "  sti why web --against 3f9c2a  what differs from the build with this key",
    ].join("\n"),
  );
}
