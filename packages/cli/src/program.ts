// The command line: commands, options, help. Each command is loaded when it runs.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import type { CommandContext } from "./commands/command.ts";
import { listenForInterrupts } from "./interrupt.ts";

type Run = (context: CommandContext, options: Record<string, unknown>) => Promise<number>;

/** Parses arguments, runs the command they name and resolves to the exit code. */
export function createProgram(): (args: readonly string[]) => Promise<number> {
  return async (args) => {
    let exitCode = 0;
    const execute = async (options: Record<string, unknown>, run: Run) => {
      exitCode = await runCommand(options, run);
    };
    const program = new Command("sti")
      .description("Turns source code into ready-to-run container images, for many apps at once.")
      .version(readVersion(), "-V, --version", "print the version")
      .helpOption("-h, --help", "print help")
      .helpCommand("help [command]", "print the help of a command")
      .showSuggestionAfterError()
      .showHelpAfterError("(add --help for the options)")
      .exitOverride()
      .addHelpText(
        "after",
        [
          "",
          "Examples:",
          "  sti run                     build everything in sti.config.ts that is not up to date",
          "  sti run api web             build these two, and what they need",
          "  sti plan                    say what would be done, and why",
          "  sti build . acme/builder me/app   build one app without a config",
          "  sti validate acme/builder   check that an image can be a build image",
          "  sti usage acme/builder      what an image is for, in its own words",
          "  sti push                    push what is built and up to date",
          "  sti clean                   remove what sessions left that were killed",
          "",
          "Exit codes: 0 done, 1 a target failed, 2 usage, config or source, 3 no engine, 4 pull, push, disk or lost engine,",
          "70 a defect in sti, 128 + n stopped by signal n.",
        ].join("\n"),
      );
    addRun(program, execute);
    addPlan(program, execute);
    addPush(program, execute);
    addBuild(program, execute);
    addValidate(program, execute);
    addUsage(program, execute);
    addClean(program, execute);
    try {
      await program.parseAsync(args.map(completePush), { from: "user" });
      return exitCode;
    } catch (error) {
      if (!(error instanceof CommanderError)) throw error;
      return error.exitCode === 0 ? 0 : 2;
    }
  };
}

type Execute = (options: Record<string, unknown>, run: Run) => Promise<void>;

function addRun(program: Command, execute: Execute): void {
  const command = program
    .command("run")
    .description("Bring targets up to date: all of them, or those named and what they need.")
    .argument("[target...]", "names of apps and images in the config")
    .addOption(
      new Option(
        "-j, --concurrency <n>",
        "how many targets to build at once: a number, or a share such as 50%",
      ).argParser(readConcurrency),
    )
    .addOption(
      new Option(
        "--on-failure <policy>",
        "when a target fails: continue with what does not need it, finish what runs, or kill it",
      )
        .choices(["continue", "finish", "kill"])
        .default("continue"),
    )
    .addOption(
      new Option(
        "--push [when]",
        "push the images of the targets that succeed; --push=atomic: when all have succeeded",
      ).choices(["each", "atomic"]),
    )
    .option("--no-push", "push nothing, whatever the config says")
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runRun } = await import("./commands/run.ts");
        return await runRun(targets, options, context);
      }),
    );
  addMetadataOption(command);
  addTargetOptions(command);
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti run                      everything that is not up to date",
      "  sti run web -m run           web and what it needs, by the container method",
      "  sti run --clean              everything again, from nothing",
      "  sti run -C services -j 50%   the config in ./services, on half of the engine's processors",
      "  sti run --push api           build api and what it needs, push api",
      "  sti run --quiet              no output but failures",
    ].join("\n"),
  );
}

function addPlan(program: Command, execute: Execute): void {
  const command = program
    .command("plan")
    .description("Say what `sti run` would do, without doing it.")
    .argument("[target...]", "names of apps and images in the config")
    .addOption(new Option("--json", "print the plan as JSON").conflicts(["dockerfile", "graph"]))
    .addOption(
      new Option("--dockerfile <app>", "print the Dockerfile that is generated for an app").conflicts(
        "graph",
      ),
    )
    .addOption(
      new Option(
        "--files <target>",
        "list what goes into the build of an app or image, with sizes",
      ).conflicts(["dockerfile", "graph"]),
    )
    .addOption(new Option("--graph <format>", "print the graph of targets").choices(["mermaid", "dot"]))
    .option("--offline", "plan without asking an engine")
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runPlan } = await import("./commands/plan.ts");
        return await runPlan(targets, options, context);
      }),
    );
  addTargetOptions(command);
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti plan                           every target, its decision and its steps",
      "  sti plan --offline --json          the same for scripts, without an engine",
      "  sti plan --dockerfile web          the generated Dockerfile of web",
      "  sti plan --files web               what of its source goes into web",
      "  sti plan --graph mermaid           the graph, for a Markdown file",
    ].join("\n"),
  );
}

function addPush(program: Command, execute: Execute): void {
  const command = program
    .command("push")
    .description("Push what is built and up to date; build nothing.")
    .argument(
      "[target...]",
      "names of apps and images in the config; all that may be pushed when none is named",
    )
    .option("--atomic", "one after the other, and none after one that failed")
    .addOption(new Option("-m, --method <method>", "as it was given to sti run").choices(["build", "run"]))
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runPush } = await import("./commands/push.ts");
        return await runPush(targets, options, context);
      }),
    );
  addMetadataOption(addProjectOptions(command)).addHelpText(
    "after",
    [
      "",
      "Nothing is pushed unless everything that is to be pushed is up to date.",
      "",
      "Examples:",
      "  sti push           every target but those that say push: false",
      "  sti push web api   these two",
    ].join("\n"),
  );
}

function addValidate(program: Command, execute: Execute): void {
  const command = program
    .command("validate")
    .description("Check that an image fulfils the contract of build and runtime images.")
    .argument("<image>", "an image reference; pulled when the engine does not have it")
    .option("--runtime", "check it as the runtime image of an extended build")
    .option("--incremental", "check that it can build incrementally")
    .option("--scripts <folder>", "folder of the scripts in the image", "/usr/bin")
    .option("-q, --quiet", "print nothing when the image will do")
    .action((image: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runValidate } = await import("./commands/validate.ts");
        return await runValidate(image, options, context);
      }),
    );
  addEngineOption(command).addHelpText(
    "after",
    ["", "Examples:", "  sti validate acme/builder", "  sti validate acme/builder --incremental"].join("\n"),
  );
}

function addBuild(program: Command, execute: Execute): void {
  const command = program
    .command("build")
    .description("Build one app without a config: a source, a build image and a tag.")
    .argument("<source>", "folder, archive or file with the source, or address of a git repository")
    .argument("<image>", "build image, whose prepare turns the source into a deployed app")
    .argument("<tag>", "tag of the image that is made")
    .option("-r, --ref <ref>", "SOURCE is a git repository: build this branch, tag or commit of it")
    .option("--runtime-image <image>", "base the result on this image instead (extended build)")
    .option(
      "-e, --env <variable>",
      "KEY=VALUE: a variable of the image, which prepare sees too; KEY takes the environment's value (repeatable)",
      (value: string, earlier: readonly string[] = []) => [...earlier, value],
    )
    .option(
      "--secret <secret>",
      "NAME=FILE, or NAME for the environment's value: prepare finds it as /run/secrets/NAME (repeatable)",
      (value: string, earlier: readonly string[] = []) => [...earlier, value],
    )
    .option(
      "--allow-plain <name>",
      "a variable of --env that is no secret though its name looks like it (repeatable)",
      (value: string, earlier: readonly string[] = []) => [...earlier, value],
    )
    .addOption(
      new Option("--network <network>", "what the scripts reach (default: default)").choices([
        "default",
        "none",
        "host",
      ]),
    )
    .option("--incremental", "give prepare the artifacts of the previous build where possible (default)")
    .option("--no-incremental", "do not")
    .option("--host-trust", "give prepare this machine's CA certificates and proxy settings")
    .addOption(
      new Option("--pull <policy>", "when to pull images (default: missing)").choices([
        "missing",
        "always",
        "never",
      ]),
    )
    .action((source: string, image: string, tag: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runBuild } = await import("./commands/build.ts");
        return await runBuild([source, image, tag], options, context);
      }),
    );
  addTargetOptions(command);
  addEngineOption(addVerbosityOptions(command)).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti build . acme/node-builder acme/web:dev",
      "  sti build ../api acme/node-builder acme/api -m run -e PORT=8080 --secret NPM_TOKEN",
      "  sti build web acme/node-builder acme/web --runtime-image acme/static-runtime",
      "  sti build . acme/node-builder acme/web:dev --clean",
      "  sti build https://git.example.com/web.git acme/node-builder acme/web -r v1.2",
    ].join("\n"),
  );
}

function addUsage(program: Command, execute: Execute): void {
  const command = program
    .command("usage")
    .description("Let an image say what it is for; what has no usage script is described.")
    .argument("<image>", "an image reference; pulled when the engine does not have it")
    .option("--scripts <folder>", "folder of the scripts in the image", "/usr/bin")
    .addOption(
      new Option("--json", "print what can be seen in the image as JSON, and run nothing of it").conflicts(
        "quiet",
      ),
    )
    .option("-q, --quiet", "print nothing but what the script says")
    .action((image: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runUsage } = await import("./commands/usage.ts");
        return await runUsage(image, options, context);
      }),
    );
  addEngineOption(command).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti usage acme/builder          what its /usr/bin/usage prints, or what can be seen in it",
      "  sti usage acme/builder --json   scripts, user, variables, ports and origin, for programs",
    ].join("\n"),
  );
}

function addClean(program: Command, execute: Execute): void {
  const command = program
    .command("clean")
    .description("Remove what sessions left that were killed: containers, volumes, untagged images.")
    .option("--caches", "remove the caches of apps as well")
    .option("-n, --dry-run", "say what would be removed, and remove nothing")
    .addOption(new Option("--json", "print what was removed and kept as JSON").conflicts("quiet"))
    .option("-q, --quiet", "print failures only")
    .action((options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runClean } = await import("./commands/clean.ts");
        return await runClean(options, context);
      }),
    );
  addEngineOption(command).addHelpText(
    "after",
    [
      "",
      "Never removed: tagged images, containers and volumes of your own, what another machine's sessions use.",
      "",
      "Examples:",
      "  sti clean                      what sessions left that were killed",
      "  sti clean --dry-run            the same, only said",
      "  sti clean --caches --dry-run   list the caches, with sizes and last use",
      "  sti clean --caches             remove them, too",
    ].join("\n"),
  );
}

function addTargetOptions(command: Command): Command {
  return command
    .addOption(
      new Option("-m, --method <method>", "build every app by this method").choices(["build", "run"]),
    )
    .option("--force", "build what is up to date too")
    .option("--clean", "build from nothing: no artifacts of earlier builds, no build cache");
}

function addProjectOptions(command: Command): Command {
  return addEngineOption(
    addVerbosityOptions(
      command
        .option("-C, --cwd <folder>", "look for the config in this folder")
        .option("--config <file>", "use this config file"),
    ),
  );
}

function addVerbosityOptions(command: Command): Command {
  return command
    .addOption(new Option("-q, --quiet", "print failures only").conflicts("verbose"))
    .option("-v, --verbose", "print every step and all output");
}

function addMetadataOption(command: Command): Command {
  return command.option("--metadata-file <file>", "write what became of each target into a JSON file");
}

/** `--push` alone takes no word after it: that is a target's name. */
function completePush(argument: string): string {
  return argument === "--push" ? "--push=each" : argument;
}

function addEngineOption(command: Command): Command {
  return command.option(
    "--engine <endpoint>",
    "the engine, e.g. unix:///var/run/docker.sock (default: as the docker command finds it)",
  );
}

async function runCommand(options: Record<string, unknown>, run: Run): Promise<number> {
  const interruption = listenForInterrupts((name) => {
    process.stderr.write(`\nsti: stopping and cleaning up (${name}); a third signal ends it at once\n`);
  });
  try {
    const code = await run(
      {
        cwd: resolve(typeof options.cwd === "string" ? options.cwd : "."),
        env: process.env,
        stdout: process.stdout,
        stderr: process.stderr,
        signal: interruption.signal,
      },
      options,
    );
    return interruption.exitCode() ?? code;
  } catch (error) {
    const stopped = interruption.exitCode();
    if (stopped === undefined) throw error;
    return stopped;
  } finally {
    interruption.dispose();
  }
}

/** The pattern is core's; loading core for it would slow down every command. */
function readConcurrency(text: string): number | string {
  if (/^(?:[1-9]\d?|100)%$/.test(text)) return text;
  if (/^[1-9]\d{0,3}$/.test(text) && Number(text) <= 1024) return Number(text);
  throw new InvalidArgumentError("It must be a number from 1 to 1024, or a percentage such as 50%.");
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return version;
}
