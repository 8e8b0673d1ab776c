// The command line: its name, its help, and the start of a command. The commands are in program/.
import { resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { createEnding } from "../process/ending.ts";
import { listenForInterrupts } from "../process/interrupt.ts";
import { guardOutput } from "../render/guard-output.ts";
import { addCompare, addPromote } from "./compare-command.ts";
import type { Execute, Run } from "./execute.ts";
import { addClean, addUsage, addValidate } from "./image-commands.ts";
import { addLock } from "./lock-command.ts";
import { addCi, addCompletion, addDoctor, addInit } from "./machine-commands.ts";
import { addBuild, addPlan, addPush, addRun } from "./session-commands.ts";
import { addWatch } from "./watch-command.ts";
import { addWhy } from "./why-command.ts";

/** Parses arguments, runs the command they name and resolves to the exit code. `version`: of sti. */
export function createProgram(version: string): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    let exitCode = 0;
    const isCommand = GROUPS.some(([, commands]) => Object.hasOwn(commands, args[0] ?? ""));
    const program = makeProgram(
      version,
      async (options, run) => {
        exitCode = await runCommand(options, run);
      },
      // To make the others takes longer than to read a command line.
      isCommand ? args[0] : undefined,
    );
    try {
      await program.parseAsync(
        args.map((argument) => completeOption(argument, args[0])),
        { from: "user" },
      );
      return exitCode;
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      return error.exitCode === 0 ? 0 : 2;
    }
  };
}

const GROUPS = [
  [
    "Build:",
    {
      run: addRun,
      watch: addWatch,
      plan: addPlan,
      why: addWhy,
      push: addPush,
      build: addBuild,
      lock: addLock,
    },
  ],
  ["Images:", { validate: addValidate, usage: addUsage, compare: addCompare, promote: addPromote }],
  [
    "Project and machine:",
    { init: addInit, ci: addCi, doctor: addDoctor, clean: addClean, completion: addCompletion },
  ],
] as const;

/** All commands with their help; `execute` runs the one that is named. `only`: the one command that will be asked for. */
export function makeProgram(version: string, execute: Execute, only?: string): Command {
  const program = new Command("sti")
    .description("Build ready-to-run container images from source code, for many apps at once.")
    .version(version, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print the help of a command")
    .showSuggestionAfterError()
    .showHelpAfterError("(add --help for the options)")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => guardOutput(process.stdout, process.env).write(text),
      writeErr: (text) => guardOutput(process.stderr, process.env).write(text),
    })
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  sti init                    propose a config for this folder",
        "  sti run                     build everything in sti.config.ts that is not up to date",
        "  sti run api web             build these two and their dependencies",
        "  sti watch                   build, and rebuild on each change",
        "  sti plan                    show the decisions and steps of a run",
        "  sti build . acme/builder me/app   build one app without a config",
        "  sti why web                 show the changes since web was built",
        "  sti validate acme/builder   check whether an image can be a build image",
        "  sti usage acme/builder      print an image's usage",
        "  sti compare acme/api:1 acme/api:2   compare two images",
        "  sti push                    push images that are up to date",
        "  sti compare web --methods   compare builds of web by both methods",
        "  sti lock                    lock external images in sti.lock",
        "  sti clean                   remove leftovers of interrupted sessions",
        "  sti doctor                  check the requirements of sti on this machine",
        "",
        "Exit codes: 0 success, 1 target failed, 2 usage, config or source error, 3 no engine, 4 pull or push failed, disk full",
        "or engine lost, 69 Node.js too old, 70 bug in sti, 128 + n stopped by signal n.",
      ].join("\n"),
    );
  for (const [group, commands] of GROUPS) {
    program.commandsGroup(group);
    for (const [name, add] of Object.entries(commands))
      if (only === undefined || name === only) add(program, execute);
  }
  return program;
}

/** An option whose value may be left out takes no word after it: that is a target's name. */
function completeOption(argument: string, command: string | undefined): string {
  if (argument === "--push" && command === "run") return "--push=each";
  if (argument === "--poll" && command === "watch") return "--poll=";
  return argument === "--affected" ? "--affected=" : argument;
}

async function runCommand(options: Record<string, unknown>, run: Run): Promise<number> {
  const stdout = guardOutput(process.stdout, process.env);
  const stderr = guardOutput(process.stderr, process.env);
  const ending = createEnding((text) => stderr.write(`sti: stopping: ${text}\n`));
  const interruption = listenForInterrupts((name) => {
    stderr.write(`\nsti: stopping and cleaning up (${name}); a third signal ends it at once\n`);
    ending.begin();
  });
  try {
    const code = await run(
      {
        cwd: resolve(typeof options.cwd === "string" ? options.cwd : "."),
        env: process.env,
        stdout,
        stderr,
        signal: interruption.signal,
        ending,
      },
      options,
    );
    return interruption.exitCode() ?? code;
  } catch (error) {
    const stopped = interruption.exitCode();
    if (stopped === undefined) throw error;
    return stopped;
  } finally {
    ending.finish();
    const left = ending.leftovers?.describe();
    if (left !== undefined) stderr.write(`sti: ${left}\n`);
    interruption.dispose();
  }
}
