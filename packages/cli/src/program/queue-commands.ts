// Commands about builds on many machines: worker, queue. Each is loaded when it runs.
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Execute } from "./execute.ts";
import { addEngineOption, GROUPS, readSeconds } from "./options.ts";

const ON =
  "address of the queue: redis://HOST:PORT, rediss://HOST:PORT or postgres://HOST/DATABASE; ?queue=NAME";

export function addWorker(program: Command, execute: Execute): void {
  const command = program
    .command("worker")
    .description("Build tasks of a queue in this machine's engine, until stopped.")
    .optionsGroup(GROUPS.build)
    .requiredOption("--on <queue>", ON)
    .option("--on-ca <file>", "certificate authority of the queue, PEM")
    .addOption(new Option("--slots <n>", "tasks at a time").argParser(readSlots).default(1))
    .option("--name <name>", "name of the worker (default: the host name)")
    .option("--label <name=value>", "label shown by sti queue status (repeatable)", readLabel)
    .addOption(
      new Option(
        "--drain-timeout <seconds>",
        "after SIGTERM, time for tasks to end before they are given back",
      )
        .argParser(readSeconds)
        .default(600),
    )
    .addOption(new Option("--listen <host:port>", "serve /healthz and /metrics there").argParser(readListen))
    .addOption(
      new Option("--log-format <format>", "format of the log (default: text)").choices(["text", "json"]),
    )
    .optionsGroup("Trust:")
    .option("--trust <key>", "public key that orders builds: ed25519:BASE64 (repeatable)", collect)
    .option("--allow-unsigned", "build for everybody who reaches the queue")
    .option("--allow-registry <prefix>", "allow images and stores only below this name (repeatable)", collect)
    .option("--allow-host-network", "allow scripts to use the network of this machine")
    .option("--memory <size>", "largest memory of a script, by the container method: 2GB")
    .addOption(
      new Option("--cpus <n>", "most processors of a script, by the container method").argParser(readCpus),
    )
    .addOption(new Option("--time-limit <seconds>", "longest time of a prepare").argParser(readSeconds))
    .option("--secrets <folder>", "folder with a file for each secret; tasks name them")
    .option("--signing-key <file>", "private key that signs results, PEM")
    .option("--verify <key>", "use results only if signed by this public key (repeatable)", collect)
    .optionsGroup(GROUPS.project)
    .action((options: Record<string, unknown>) =>
      execute(
        options,
        async (context) => {
          const { runWorker } = await import("../commands/worker.ts");
          return await runWorker(options as never, context);
        },
        { onSignal: "drain" },
      ),
    );
  addEngineOption(command).addHelpText(
    "after",
    [
      "",
      "SIGTERM and Ctrl-C drain: the worker takes no more tasks, and ends or gives back those it has.",
      "",
      "Examples:",
      "  sti worker --on redis://queue:6379 --slots 2 --trust ed25519:…",
      "  sti worker --on postgres://sti@db/queue --allow-registry registry.example/acme --trust ed25519:…",
    ].join("\n"),
  );
}

export function addQueue(program: Command, execute: Execute): void {
  const queue = program.command("queue").description("Inspect and prepare the queue of sti run --on.");
  addInit(queue, execute);
  queue
    .command("status")
    .description("List workers and count tasks.")
    .optionsGroup(GROUPS.build)
    .requiredOption("--on <queue>", ON)
    .option("--on-ca <file>", "certificate authority of the queue, PEM")
    .optionsGroup(GROUPS.output)
    .option("--json", "print JSON")
    .action((options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runQueueStatus } = await import("../commands/queue.ts");
        return await runQueueStatus(options as never, context);
      }),
    )
    .addHelpText("after", ["", "Examples:", "  sti queue status --on redis://queue:6379"].join("\n"));
}

function addInit(queue: Command, execute: Execute): void {
  queue
    .command("init")
    .description("Create or upgrade the tables of a queue in PostgreSQL, as their owner.")
    .optionsGroup(GROUPS.build)
    .requiredOption("--on <queue>", ON)
    .option("--on-ca <file>", "certificate authority of the queue, PEM")
    .action((options: Record<string, unknown>) =>
      execute(options, async (context) => {
        const { runQueueInit } = await import("../commands/queue.ts");
        return await runQueueInit(options as never, context);
      }),
    )
    .addHelpText("after", ["", "Examples:", "  sti queue init --on postgres://owner@db/queue"].join("\n"));
}

function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}

function readSlots(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text) && Number(text) <= 256) return Number(text);
  throw new InvalidArgumentError("It must be a number from 1 to 256.");
}

function readCpus(text: string): number {
  const cpus = Number(text);
  if (cpus > 0 && cpus <= 1024) return cpus;
  throw new InvalidArgumentError("It must be a number of processors: 0.5, 2.");
}

function readLabel(
  text: string,
  earlier: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, name = "", value = ""] = /^([\w.-]{1,60})=([\w.:/-]{0,60})$/.exec(text) ?? [];
  if (name === "") throw new InvalidArgumentError("It must be NAME=VALUE.");
  return { ...earlier, [name]: value };
}

function readListen(text: string): { readonly host: string; readonly port: number } {
  const [, host = "", port = ""] = /^(\[[0-9a-f:]+\]|[\w.-]+):(\d{1,5})$/i.exec(text) ?? [];
  if (host === "" || Number(port) > 65_535) throw new InvalidArgumentError("It must be HOST:PORT.");
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}
