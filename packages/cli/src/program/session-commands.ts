// Commands that plan, build and push targets: run, plan, push, build. Each is loaded when it runs.
import { type Command, Option } from "commander";
import type { Execute } from "./execute.ts";
import {
  addEngineOption,
  addLockOptions,
  addPartOptions,
  addProjectOptions,
  addReportOptions,
  addSelectionOptions,
  addTargetOptions,
  addVerbosityOptions,
  GROUPS,
  readConcurrency,
  SELECTOR_HELP,
  SELECTORS,
} from "./options.ts";

export function addRun(program: Command, execute: Execute): void {
  const command = program
    .command("run")
    .description("Bring targets up to date: all of them, or those named and what they need.")
    .argument("[target...]", SELECTORS)
    .optionsGroup(GROUPS.build)
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
    .option("--bell", "call from the terminal when a session that took long has ended")
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runRun } = await import("../commands/run.ts");
        return await runRun(targets, options, context);
      }),
    );
  addReportOptions(command);
  addPartOptions(addSelectionOptions(command));
  addTargetOptions(command);
  addLockOptions(command);
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
      "  sti run --frozen             refuse images that are not those of sti.lock",
      "  sti run --quiet              no output but failures",
      "  sti run --affected           what this branch changed, and what needs that",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

export function addPlan(program: Command, execute: Execute): void {
  const command = program
    .command("plan")
    .description("Say what `sti run` would do, without doing it.")
    .argument("[target...]", SELECTORS)
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
        const { runPlan } = await import("../commands/plan.ts");
        return await runPlan(targets, options, context);
      }),
    );
  addPartOptions(addSelectionOptions(command));
  addTargetOptions(command);
  addLockOptions(command);
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
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

export function addPush(program: Command, execute: Execute): void {
  const command = program
    .command("push")
    .description("Push what is built and up to date; build nothing.")
    .argument("[target...]", `${SELECTORS}; all that may be pushed when none is named`)
    .option("--atomic", "one after the other, and none after one that failed")
    .addOption(new Option("-m, --method <method>", "as it was given to sti run").choices(["build", "run"]))
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runPush } = await import("../commands/push.ts");
        return await runPush(targets, options, context);
      }),
    );
  addReportOptions(addProjectOptions(addSelectionOptions(command))).addHelpText(
    "after",
    [
      "",
      "Nothing is pushed unless everything that is to be pushed is up to date.",
      "",
      "Examples:",
      "  sti push           every target but those that say push: false",
      "  sti push web api   these two",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

export function addBuild(program: Command, execute: Execute): void {
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
    .option("--push", "push the image when it is made, or up to date");
  addReportOptions(command).action(
    (source: string, image: string, tag: string, options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runBuild } = await import("../commands/build.ts");
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
