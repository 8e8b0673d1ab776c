// `sti builders` on the command line. It is loaded when it runs.
import type { Command } from "commander";
import type { Execute } from "./execute.ts";
import { GROUPS } from "./options.ts";

export function addBuilders(program: Command, execute: Execute): void {
  program
    .command("builders")
    .description("List, copy and update the builders that come with sti.")
    .addArgument(
      program
        .createArgument("<action>", "ls: list, add: copy into a folder, update: replace old files")
        .choices(["ls", "add", "update"]),
    )
    .argument(
      "[name...]",
      "add: KIND [FOLDER] (default: builders/KIND); update: FOLDER (default: builders/*)",
    )
    .option("-C, --cwd <folder>", "folder of the project")
    .option("--force", "update: replace edited files, too")
    .optionsGroup(GROUPS.output)
    .option("-q, --quiet", "print problems only")
    .action((action: "ls" | "add" | "update", names: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runBuilders } = await import("../commands/builders.ts");
        return await runBuilders(action, names, options, context);
      }),
    )
    .addHelpText(
      "after",
      [
        "",
        "A builder is a folder with a Dockerfile and scripts. Its copy belongs to the project: edit it as you like.",
        "",
        "Examples:",
        "  sti builders ls                    kinds of builders, and the state of the copies in builders/",
        "  sti builders add node              copy the builder into builders/node, print its entry of `images`",
        "  sti builders add go tools/go       copy it into another folder",
        "  sti builders update                replace old files of all copies; edited ones are kept and listed",
      ].join("\n"),
    );
}
