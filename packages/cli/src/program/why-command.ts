// `sti why` on the command line. It is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import { addPlatformOption, addProjectOptions, GROUPS, methodOption } from "./options.ts";

export function addWhy(program: Command, execute: Execute): void {
  const command = program
    .command("why")
    .description("Show why targets would be built, or why not.")
    .argument("[target...]", "names of apps and images in the config (default: all)")
    .option("--against <build>", "older build to compare with: number of builds ago, or start of its key")
    .addOption(
      new Option("--history", "list the recorded builds with their causes").conflicts(["against", "offline"]),
    )
    .optionsGroup(GROUPS.output)
    .option("--json", "print the result as JSON")
    .optionsGroup(GROUPS.project)
    .option("--offline", "compare with the last recorded build, without an engine")
    .optionsGroup(GROUPS.build)
    .addOption(methodOption("method that was passed to sti run"))
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runWhy } = await import("../commands/why.ts");
        return await runWhy(targets, options, context);
      }),
    );
  addProjectOptions(addPlatformOption(command)).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti why                       all targets: causes, or compared inputs",
      "  sti why web                   web only",
      "  sti why web --history         the recorded builds of web with their causes",
      "  sti why web --against 1       differences from the build before the last one",
      "  sti why web --against 3f9c2a  differences from the build with this key",
    ].join("\n"),
  );
}
