// Commands that plan, build and push targets: run, plan, push, build. Each is loaded when it runs.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Execute } from "./execute.ts";
import {
  addEngineOption,
  addLockOptions,
  addPageOption,
  addPartOptions,
  addPlatformOption,
  addProjectOptions,
  addReportOptions,
  addSelectionOptions,
  addStoreOptions,
  addTargetOptions,
  addVerbosityOptions,
  GROUPS,
  methodOption,
  readConcurrency,
  readSeconds,
  SELECTOR_HELP,
  SELECTORS,
} from "./options.ts";

export function addRun(program: Command, execute: Execute): void {
  const command = program
    .command("run")
    .description("Build targets that are not up to date: all, or the named ones and their dependencies.")
    .argument("[target...]", SELECTORS)
    .optionsGroup(GROUPS.build)
    .addOption(
      new Option(
        "-j, --concurrency <n>",
        "number of targets to build at once, or a percentage of the engine's processors such as 50%",
      ).argParser(readConcurrency),
    )
    .addOption(
      new Option(
        "--on-failure <policy>",
        "when a target fails: continue with independent targets, finish running builds, or kill them",
      )
        .choices(["continue", "finish", "kill"])
        .default("continue"),
    )
    .addOption(
      new Option(
        "--push [when]",
        "push images of targets that succeed; --push=atomic: only once all have succeeded",
      ).choices(["each", "atomic"]),
    )
    .option("--no-push", "push nothing, even if the config enables it")
    .option("--on <queue>", "build on the workers of a queue: redis://HOST:PORT, postgres://HOST/DATABASE")
    .option("--on-ca <file>", "certificate authority of the queue, PEM")
    .addOption(
      new Option(
        "--on-unavailable <place>",
        "if the queue does not answer: fail, or build in the local engine",
      )
        .choices(["fail", "local"])
        .default("fail"),
    )
    .addOption(
      new Option(
        "--wait-timeout <seconds>",
        "with --on: fail after this time without a worker or the queue server",
      ).argParser(readSeconds),
    )
    .option("--detach", "with --on: go on without this terminal, and print the id for sti attach")
    .addOption(new Option("--detached-as <id>").argParser(readRunId).hideHelp())
    .option("--debug", "when an app's prepare fails, open a shell in its container (needs a terminal)")
    .optionsGroup(GROUPS.output)
    .option("--bell", "ring the terminal bell when a long session ends")
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runRun } = await import("../commands/run.ts");
        return await runRun(targets, options, context);
      }),
    );
  addPageOption(addReportOptions(command));
  addPlatformOption(addPartOptions(addSelectionOptions(command)));
  addTargetOptions(command);
  addStoreOptions(command);
  addLockOptions(command);
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti run                      all targets that are not up to date",
      "  sti run web -m container     web and its dependencies, by the container method",
      "  sti run --clean              all targets again, from scratch",
      "  sti run -C services -j 50%   the config in ./services, on half of the engine's processors",
      "  sti run --push api           build api and its dependencies, push api",
      "  sti run --frozen             refuse images that differ from sti.lock",
      "  sti run --quiet              print failures only",
      "  sti run --affected           targets changed by this branch, and their dependents",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

export function addPlan(program: Command, execute: Execute): void {
  const command = program
    .command("plan")
    .description("Show the decisions and steps of `sti run` without building.")
    .argument("[target...]", SELECTORS)
    .optionsGroup(GROUPS.output)
    .addOption(new Option("--json", "print the plan as JSON").conflicts(["dockerfile", "graph"]))
    .addOption(
      new Option("--dockerfile <target>", "print the Dockerfile that is sent for a target").conflicts(
        "graph",
      ),
    )
    .addOption(
      new Option("--files <target>", "list the source files of an app or image, with sizes").conflicts([
        "dockerfile",
        "graph",
      ]),
    )
    .addOption(
      new Option("--export <folder>", "write the source of one app or image to an empty folder").conflicts([
        "dockerfile",
        "files",
        "graph",
        "json",
      ]),
    )
    .addOption(new Option("--graph <format>", "print the target graph").choices(["mermaid", "dot"]))
    .optionsGroup(GROUPS.project)
    .option("--offline", "plan without an engine")
    .action((targets: string[], options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runPlan } = await import("../commands/plan.ts");
        return await runPlan(targets, options, context);
      }),
    );
  addPlatformOption(addPartOptions(addSelectionOptions(command)));
  addTargetOptions(command);
  addLockOptions(command);
  addProjectOptions(command).addHelpText(
    "after",
    [
      "",
      "Examples:",
      "  sti plan                           every target, its decision and its steps",
      "  sti plan --offline --json          the same for scripts, without an engine",
      "  sti plan --dockerfile web          the Dockerfile that is sent for web",
      "  sti plan --files web               the source files of web",
      "  sti plan web --export out          the same, written to the folder out",
      "  sti plan --graph mermaid           the graph, for a Markdown file",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

export function addPush(program: Command, execute: Execute): void {
  const command = program
    .command("push")
    .description("Push images that are up to date, without building.")
    .argument("[target...]", `${SELECTORS} (default: all that may be pushed)`)
    .optionsGroup(GROUPS.build)
    .option("--atomic", "push one after the other, and stop at the first failure")
    .addOption(methodOption("method that was passed to sti run"))
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
      "Nothing is pushed unless all selected targets are up to date.",
      "",
      "Examples:",
      "  sti push           all targets except those with push: false",
      "  sti push web api   these two",
      ...SELECTOR_HELP,
    ].join("\n"),
  );
}

export function addBuild(program: Command, execute: Execute): void {
  const command = program
    .command("build")
    .description("Build one app without a config: a source, a build image and a tag.")
    .argument("<source>", "folder, archive or file, or address of a git repository")
    .argument("<image>", "build image, whose prepare script turns the source into a deployed app")
    .argument("<tag>", "tag of the built image")
    .option("-r, --ref <ref>", "branch, tag or commit to build, if SOURCE is a git repository")
    .option(
      "--runtime-image <image>",
      "image to base the result on instead of the build image (extended build)",
    )
    .option(
      "-e, --env <variable>",
      "variable of the image, also set for prepare: KEY=VALUE, or KEY for the value in the environment (repeatable)",
      (value: string, earlier: readonly string[] = []) => [...earlier, value],
    )
    .option(
      "--secret <secret>",
      "secret for prepare, as /run/secrets/NAME: NAME=FILE, or NAME for the value in the environment (repeatable)",
      (value: string, earlier: readonly string[] = []) => [...earlier, value],
    )
    .option(
      "--allow-plain <name>",
      "allow this --env variable although its name looks like a secret (repeatable)",
      (value: string, earlier: readonly string[] = []) => [...earlier, value],
    )
    .addOption(
      new Option("--network <network>", "network of the scripts (default: default)").choices([
        "default",
        "none",
        "host",
      ]),
    )
    .option("--incremental", "pass the artifacts of the previous build to prepare, if possible (default)")
    .option("--no-incremental", "build without artifacts of the previous build")
    .option("--host-trust", "pass this machine's CA certificates and proxy settings to prepare")
    .addOption(
      new Option("--pull <policy>", "when to pull images (default: missing)").choices([
        "missing",
        "always",
        "never",
      ]),
    )
    .optionsGroup(GROUPS.build)
    .option("--push", "push the image once it is built or up to date");
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
      "  sti build ../api acme/node-builder acme/api -m container -e PORT=8080 --secret NPM_TOKEN",
      "  sti build web acme/node-builder acme/web --runtime-image acme/static-runtime",
      "  sti build . acme/node-builder acme/web:dev --clean",
      "  sti build https://git.example.com/web.git acme/node-builder acme/web -r v1.2",
    ].join("\n"),
  );
}

function readRunId(text: string): string {
  if (/^[0-9a-f]{8}$/.test(text)) return text;
  throw new InvalidArgumentError("It must be the id of a run.");
}
