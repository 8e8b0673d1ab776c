// The command line: its name, its help, and the start of a command. The commands are in program/.
import { resolve } from "node:path";
import { Command, CommanderError } from "commander";
import { createEnding } from "../process/ending.ts";
import { folderProblem } from "../process/folder-problem.ts";
import { listenForInterrupts } from "../process/interrupt.ts";
import { guardOutput } from "../render/guard-output.ts";
import { addAttach } from "./attach-command.ts";
import { addAttest } from "./attest-command.ts";
import { addBuilders } from "./builders-command.ts";
import { addCache } from "./cache-command.ts";
import { addCompare, addPromote } from "./compare-command.ts";
import { addDebug } from "./debug-command.ts";
import type { Execute, ExecuteOptions, Run } from "./execute.ts";
import { addClean, addUsage, addValidate } from "./image-commands.ts";
import { addLock } from "./lock-command.ts";
import { addLogs } from "./logs-command.ts";
import { addCi, addCompletion, addDoctor, addInit } from "./machine-commands.ts";
import { addQueue, addWorker } from "./queue-commands.ts";
import { addBuild, addPlan, addPush, addRun } from "./session-commands.ts";
import { addWatch } from "./watch-command.ts";
import { addWhy } from "./why-command.ts";

/** Parses arguments, runs the command they name and resolves to the exit code. `version`: of sti. */
export function createProgram(version: string): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    let exitCode = 0;
    const refusal = await readCommandLine(version, args, async (options, run, how) => {
      exitCode = await runCommand(options, run, how);
    });
    if (refusal === undefined) return exitCode;
    guardOutput(process.stderr, process.env).write(refusal.text);
    return refusal.exitCode;
  };
}

export interface Refusal {
  /** 0 if help was printed as requested. */
  readonly exitCode: number;
  /** For standard error. */
  readonly text: string;
}

/** `execute` runs the command that is named. Resolves to undefined if there is one, and its options are valid. */
export async function readCommandLine(
  version: string,
  typed: readonly string[],
  execute: Execute,
): Promise<Refusal | undefined> {
  const args = typed[0] === "up" ? ["watch", "--run", ...typed.slice(1)] : typed;
  const isCommand = (word: string) => GROUPS.some(([, commands]) => Object.hasOwn(commands, word));
  const command = args.slice(0, 1).find(isCommand);
  let text = "";
  // To make the other commands takes longer than to read a command line.
  const program = makeProgram(version, execute, command, (part) => {
    text += part;
  });
  try {
    const end = args.indexOf("--");
    const words = args.map((argument, index) =>
      end >= 0 && index > end ? argument : completeOption(argument, command),
    );
    await program.parseAsync(words, { from: "user" });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const line = await lineForRefused(error, args, args.find(isCommand));
    const [problem] = error.message.split("\n");
    return {
      exitCode: error.exitCode === 0 ? 0 : 2,
      text: line === undefined ? text : `${problem}\n  hint: ${line}\n`,
    };
  }
}

const GROUPS = [
  [
    "Build:",
    {
      run: addRun,
      watch: addWatch,
      plan: addPlan,
      why: addWhy,
      logs: addLogs,
      debug: addDebug,
      push: addPush,
      build: addBuild,
      lock: addLock,
    },
  ],
  [
    "Images:",
    { validate: addValidate, usage: addUsage, compare: addCompare, promote: addPromote, attest: addAttest },
  ],
  ["Many machines:", { attach: addAttach, worker: addWorker, queue: addQueue }],
  [
    "Project and machine:",
    {
      init: addInit,
      builders: addBuilders,
      ci: addCi,
      doctor: addDoctor,
      clean: addClean,
      cache: addCache,
      completion: addCompletion,
    },
  ],
] as const;

/**
 * All commands with their help; `execute` runs the one that is named. `only`: the one command that will be asked for.
 * `onRefusal` gets the messages about command lines that are refused.
 */
export function makeProgram(
  version: string,
  execute: Execute,
  only?: string,
  onRefusal: (text: string) => void = () => {},
): Command {
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
      writeErr: onRefusal,
    })
    .addHelpText(
      "after",
      [
        "",
        "Examples:",
        "  sti init                    propose a config for this folder",
        "  sti builders add node       copy a builder into builders/node",
        "  sti run                     build everything in sti.config.ts that is not up to date",
        "  sti run api web             build these two and their dependencies",
        "  sti watch                   build, and rebuild on each change",
        "  sti plan                    show the decisions and steps of a run",
        "  sti build . acme/builder me/app   build one app without a config",
        "  sti logs web                print the output of the last build of web",
        "  sti debug web               open a shell where prepare of web has failed",
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

/** The line that does what another tool's command or option does. */
async function lineForRefused(
  { code, message }: CommanderError,
  args: readonly string[],
  command = "",
): Promise<string | undefined> {
  const { lineForCommand, lineForOption } = await import("./habits.ts");
  if (code === "commander.unknownCommand") return lineForCommand(args);
  const [, option] = /^error: unknown option '(.+?)'/s.exec(message) ?? [];
  return option === undefined ? undefined : lineForOption(option, args, command);
}

/** An option whose value may be left out takes no word after it: that is a target's name. */
function completeOption(argument: string, command: string | undefined): string {
  if (argument === "--push" && command === "run") return "--push=each";
  if (argument === "--ui" && (command === "run" || command === "watch")) return "--ui=";
  if (argument === "--poll" && command === "watch") return "--poll=";
  return argument === "--affected" ? "--affected=" : argument;
}

async function runCommand(
  options: Record<string, unknown>,
  run: Run,
  { onSignal }: ExecuteOptions = {},
): Promise<number> {
  const stdout = guardOutput(process.stdout, process.env);
  const stderr = guardOutput(process.stderr, process.env);
  const cwd = resolve(typeof options.cwd === "string" ? options.cwd : ".");
  const problem = typeof options.cwd === "string" ? folderProblem(cwd) : undefined;
  if (problem !== undefined) {
    stderr.write(`sti: the folder ${options.cwd} (from -C) ${problem}; it is relative to ${process.cwd()}\n`);
    return 2;
  }
  const ending = createEnding((text) => stderr.write(`sti: stopping: ${text}\n`));
  const interruption = listenForInterrupts(
    (name) => {
      if (onSignal === "detach") return;
      const what = onSignal === "drain" ? "draining" : "stopping and cleaning up";
      stderr.write(`\nsti: ${what} (${name}); a second one ends it at once\n`);
      if (onSignal === undefined) ending.begin();
    },
    () => {
      const left = ending.leftovers?.describe();
      stderr.write(`\nsti: ended at once${left === undefined ? "" : `; ${left}`}\n`);
    },
  );
  try {
    const code = await run(
      {
        cwd,
        env: process.env,
        stdout,
        stderr,
        signal: interruption.signal,
        ending,
      },
      options,
    );
    return onSignal === "drain" ? code : (interruption.exitCode() ?? code);
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
