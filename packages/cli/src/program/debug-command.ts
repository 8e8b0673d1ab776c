// `sti debug` on the command line. It is loaded when it runs.
import type { Command } from "commander";
import type { Execute } from "./execute.ts";
import { addLockOptions, addProjectOptions, GROUPS } from "./options.ts";

export function addDebug(program: Command, execute: Execute): void {
  const command = program
    .command("debug")
    .description("Open a shell in a container of an app, as its prepare left it.")
    .argument("<app>", "name of an app in the config")
    .argument("[command...]", "command to run instead of a shell, after --")
    .optionsGroup(GROUPS.build)
    .option("--fresh", "open the container before prepare runs")
    .action((app: string, words: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runDebug } = await import("../commands/debug.ts");
        return await runDebug(app, words, options, context);
      }),
    );
  addLockOptions(command);
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "The dependencies of the app are built first, then its prepare runs in a container; nothing is built of it. The shell has",
      "the source, variables, secrets, caches, user, limits and network of prepare. The container is removed at the end.",
      "Without a terminal, standard input is passed to sh. The exit code is that of the shell or command.",
      "",
      "Examples:",
      "  sti debug web                     a shell after prepare of web has failed, or succeeded",
      "  sti debug web --fresh             a shell before prepare runs",
      "  sti debug web -- npm ls           one command",
      "  sti debug web < commands.sh       commands of a file",
    ].join("\n"),
  );
}
