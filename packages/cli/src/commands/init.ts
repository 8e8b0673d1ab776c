// `sti init`: inspects a folder, proposes a config, and writes it with its builders when the user agrees.
import { once } from "node:events";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { findConfig } from "@sti/config/load";
import { findHostTrust } from "../init/find-host-trust.ts";
import { inspectFolder } from "../init/inspect-folder.ts";
import { printJson, printTypeScript } from "../init/print-config.ts";
import type { Proposal } from "../init/proposal.ts";
import { proposeConfig } from "../init/propose-config.ts";
import { listFiles, writeProposal } from "../init/write-proposal.ts";
import { type ProposedFile, printProposal, printRemarks, toInitDocument } from "../print/print-proposal.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { builderKinds } from "../project/builders.ts";
import { formatJson } from "../render/format-json.ts";
import { drawingStream } from "../render/guard-output.ts";
import { formatFile } from "../render/print-failure.ts";
import { sanitizeLine } from "../render/sanitize.ts";
import { chooseBuilder, findS2iImages } from "./init-builder.ts";

export interface InitOptions {
  readonly builder?: string;
  readonly dryRun?: boolean;
  readonly engine?: string;
  readonly format?: "ts" | "json";
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly yes?: boolean;
}

/** Resolves to the exit code. */
export async function runInit(options: InitOptions, context: CommandContext): Promise<number> {
  const { cwd, stderr, stdout } = context;
  const existing = findConfig(cwd);
  if (existing.ok) {
    stderr.write(`sti: config already exists: ${sanitizeLine(formatFile(existing.file, cwd))}\n`);
    return exitCodes.usage;
  }
  if (existing.failure.code !== "config-not-found") return reportFailures([existing.failure], context);
  const choice = await chooseBuilder(options, context);
  if ("exitCode" in choice) return choice.exitCode;
  const inspection = await inspectFolder(cwd, context);
  const proposal = proposeConfig(inspection, {
    choice: choice.choice,
    kinds: builderKinds,
    hostTrust: findHostTrust(context.env),
    s2iImages: await findS2iImages(inspection, options, context),
  });
  if (proposal.takenOver.length === 0) return reportNothing(proposal, context);
  const format = options.format ?? "ts";
  const print = format === "ts" ? printTypeScript : printJson;
  const file = { name: `sti.config.${format}`, text: print(proposal.config) };
  const files = listFiles(proposal, file.name);
  const printed = options.json !== true && options.quiet !== true;
  const { columns } = stdout;
  if (printed) stdout.write(`${printProposal(proposal, file, { files, columns }).join("\n")}\n\n`);
  if (options.dryRun !== true) {
    if (options.yes !== true && !(await agrees(files, options, context))) return exitCodes.usage;
    const problem = await writeProposal(cwd, proposal, file);
    if (problem !== undefined) {
      stderr.write(`sti: ${sanitizeLine(problem)}\n`);
      return exitCodes.environment;
    }
  }
  const isWritten = options.dryRun !== true;
  if (options.json === true)
    stdout.write(formatJson(toInitDocument(proposal, { file, files, isWritten }), 2));
  else if (printed) stdout.write(`${nextSteps(proposal, file, { isWritten, context }).join("\n")}\n`);
  return exitCodes.done;
}

function reportNothing({ remarks }: Proposal, { stderr }: CommandContext): number {
  const lines = [
    "sti: no apps and no Dockerfiles found",
    ...printRemarks(remarks, stderr.columns),
    "  hint: choose a builder for the whole folder: sti init --builder shell; or build one folder with sti build SOURCE IMAGE TAG",
  ];
  stderr.write(`${lines.join("\n")}\n`);
  return exitCodes.usage;
}

/** `files`: the config is the first of them. */
async function agrees(
  files: readonly string[],
  { json, quiet }: InitOptions,
  { signal, stderr, stdout }: CommandContext,
): Promise<boolean> {
  const isAsked = process.stdin.isTTY === true && stdout.isTTY === true && json !== true && quiet !== true;
  if (!isAsked) {
    stderr.write("sti: no terminal to ask on: pass --yes to write the files, or --dry-run to see them\n");
    return false;
  }
  // The terminal itself edits the line and ends it: its Ctrl-C is a signal, as everywhere in sti.
  const lines = createInterface({ input: process.stdin, output: drawingStream(stdout), terminal: false });
  const ended = once(lines, "close", { signal }).then(() => "no");
  try {
    const question = `Write ${files[0]}${files.length === 1 ? "" : " and the other files"}? [Y/n] `;
    const answer = await Promise.race([lines.question(question, { signal }), ended]);
    return /^\s*(?:y|yes)?\s*$/i.test(answer);
  } finally {
    lines.close();
  }
}

function nextSteps(
  { config, preparations }: Proposal,
  file: ProposedFile,
  { context, isWritten }: { readonly context: CommandContext; readonly isWritten: boolean },
): readonly string[] {
  const { cwd, env } = context;
  // By npx or npm exec: the program is in the project, and in no folder of PATH.
  const sti = env.npm_command === "exec" ? "npx --no-install sti" : "sti";
  const steps: readonly (readonly [command: string, purpose: string])[] = [
    ...(isWritten ? [] : [[`${sti} init --yes`, "write these files"] as const]),
    ...preparations.map(
      ({ command, folder, problem }) => [command, `in ${folder}, which ${problem}`] as const,
    ),
    ...(file.name.endsWith(".ts") && !canImportConfig(cwd)
      ? [["npm install --save-dev @sti/cli", "types of the config in an editor"] as const]
      : []),
    [`${sti} plan --offline`, "show the decisions and steps"],
    [`${sti} run`, "build"],
    ...(Object.keys({ ...config.apps, ...config.services }).length === 0
      ? []
      : [[`${sti} up`, "build, start everything, and again on each change"] as const]),
  ];
  const width = Math.max(...steps.map(([command]) => command.length));
  return [
    "next:",
    ...steps.map(([command, purpose]) => `  ${command.padEnd(width)}  ${sanitizeLine(purpose)}`),
  ];
}

/** Whether an editor finds the types of a config in this folder. */
function canImportConfig(cwd: string): boolean {
  try {
    createRequire(join(cwd, "sti.config.ts")).resolve("@sti/cli/config");
    return true;
  } catch {
    return false;
  }
}
