// Commands about a project's start, its CI, the machine and the shell: init, ci, doctor, completion. Each is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import {
  addConfigOptions,
  addEngineOption,
  addProjectOptions,
  addSelectionOptions,
  GROUPS,
  SELECTOR_HELP,
  SELECTORS,
} from "./options.ts";

export function addInit(program: Command, execute: Execute): void {
  const command = program
    .command("init")
    .description("Propose a config for the apps and Dockerfiles in a folder, and write it with its builders.")
    .option("-C, --cwd <folder>", "folder to inspect")
    .option(
      "--builder <builder>",
      "builder of all apps: a kind (node, python …), an image of the engine, or dockerfile to keep the folder's Dockerfiles",
    )
    .addOption(new Option("--format <format>", "format of the config (default: ts)").choices(["ts", "json"]))
    .option("--dry-run", "print the proposal and write nothing")
    .option("-y, --yes", "write the files without asking")
    .optionsGroup(GROUPS.output)
    .option("--json", "print the proposal as JSON")
    .option("-q, --quiet", "print nothing if the files are written")
    .action((options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runInit } = await import("../commands/init.ts");
        return await runInit(options, context);
      }),
    );
  addEngineOption(command).addHelpText(
    "after",
    [
      "",
      "Reads package managers, workspaces, Dockerfiles, compose files and bake files, and lists the parts of them that",
      "the config does not contain. Files that exist are never replaced.",
      "",
      "Examples:",
      "  sti init                         propose, ask, write",
      "  sti init --yes                   for scripts",
      "  sti init --dry-run               show the proposal only",
      "  sti init --builder dockerfile    build every Dockerfile as it is",
      "  sti init --builder acme/node:22  build all apps with an image that the engine has",
    ].join("\n"),
  );
}

export function addCi(program: Command, execute: Execute): void {
  const command = program
    .command("ci")
    .description("Print a CI pipeline that builds targets on many machines, in dependency order.")
    .addArgument(
      program.createArgument("<format>", "format of the pipeline").choices(["github", "gitlab", "json"]),
    )
    .argument("[target...]", SELECTORS)
    .action((format: "github" | "gitlab" | "json", targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runCi } = await import("../commands/ci.ts");
        return await runCi([format, ...targets], options, context);
      }),
    );
  command
    .optionsGroup(GROUPS.build)
    .option("--cache", "a pipeline that builds only results missing in the store")
    .option("--missing", "ask the store now, and list only targets missing in it (json, gitlab)")
    .option("--no-cache-write", "with --missing: jobs that add nothing to the store")
    .option("--jobs <names>", "with --missing: jobs of the pipeline, to detect an outdated one", (text) =>
      text.split(","),
    );
  addSelectionOptions(command);
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti ci github > .github/workflows/images.yml",
      "  sti ci github --cache > .github/workflows/images.yml",
      "  sti ci json --affected    the changed targets by level, for a matrix of your own",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

export function addDoctor(program: Command, execute: Execute): void {
  const command = program
    .command("doctor")
    .description(
      "Check the requirements of sti on this machine: config, engine, disk, credentials; suggest fixes.",
    )
    .optionsGroup(GROUPS.output)
    .option("--json", "print the results as JSON")
    .option("-q, --quiet", "print problems only")
    .optionsGroup(GROUPS.build)
    .option(
      "--on <queue>",
      "check the queue of sti run --on, too: redis://HOST:PORT, postgres://HOST/DATABASE",
    )
    .option("--on-ca <file>", "certificate authority of the queue, PEM")
    .action((options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runDoctor } = await import("../commands/doctor.ts");
        return await runDoctor(options, context);
      }),
    );
  addEngineOption(addConfigOptions(command)).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti doctor",
      "  sti doctor --engine ssh://build@host   another engine",
      "  sti doctor --on redis://queue:6379     the queue and its workers, too",
    ].join("\n"),
  );
}

export function addCompletion(program: Command, execute: Execute): void {
  program
    .command("completion")
    .description("Print a completion script for a shell: commands, options and targets.")
    .addArgument(program.createArgument("<shell>", "name of the shell").choices(["bash", "zsh", "fish"]))
    .action((shell: string, options: Record<string, unknown>) =>
      execute(options, async ({ stdout }) => {
        const { completionScript } = await import("./completion-script.ts");
        stdout.write(completionScript(shell as "bash" | "zsh" | "fish"));
        return 0;
      }),
    )
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  sti completion bash > /etc/bash_completion.d/sti",
        "  sti completion zsh > ~/.zfunc/_sti   (a folder of your fpath)",
        "  sti completion fish > ~/.config/fish/completions/sti.fish",
      ].join("\n"),
    );
  program
    .command("complete", { hidden: true })
    .description("Print candidates for the last word, one per line.")
    .argument("[word...]")
    .allowUnknownOption()
    .helpOption(false)
    .addOption(new Option("-C, --cwd <folder>").hideHelp())
    .action((words: string[], options: Record<string, unknown>) =>
      execute(options, async ({ cwd, env, stdout }) => {
        const { completeWords } = await import("./complete-words.ts");
        const { listTargets } = await import("../commands/list-targets.ts");
        const targets = (folder: string | undefined) => listTargets({ cwd, env }, folder);
        const runs = async () => (await import("../commands/list-runs.ts")).listRuns(env);
        const found = await completeWords(program, words, targets, runs);
        stdout.write(found.map((candidate) => `${candidate}\n`).join(""));
        return 0;
      }),
    );
}
