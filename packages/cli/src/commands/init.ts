// `sti init`: proposes a config for a folder, and writes it when the user agrees.
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { findConfig } from "@sti/config/load";
import { printJson, printTypeScript } from "../print/print-proposal.ts";
import type { CommandContext } from "../process/command-context.ts";
import { exitCodes } from "../process/exit-code.ts";
import { type Proposal, proposeConfig } from "../project/propose-config.ts";
import { drawingStream } from "../render/guard-output.ts";
import { formatFile } from "../render/print-failure.ts";

export interface InitOptions {
  readonly cwd?: string;
  readonly yes?: boolean;
  readonly format?: "ts" | "json";
  readonly quiet?: boolean;
}

/** Resolves to the exit code. */
export async function runInit(options: InitOptions, context: CommandContext): Promise<number> {
  const { cwd, stderr, stdout } = context;
  const existing = await findConfig(cwd);
  if (existing.ok) {
    stderr.write(`sti: config already exists: ${formatFile(existing.file, cwd)}\n`);
    return exitCodes.usage;
  }
  const proposal = await proposeConfig(cwd);
  if (proposal.apps.length === 0) {
    stderr.write(
      "sti: no apps found: no package.json, pyproject.toml, go.mod or the like, three folders down\n" +
        "  hint: write a sti.config.ts by hand, or build one folder with sti build SOURCE IMAGE TAG\n",
    );
    return exitCodes.usage;
  }
  const format = options.format ?? (canImportConfig(cwd) ? "ts" : "json");
  const name = `sti.config.${format}`;
  const text = format === "ts" ? printTypeScript(proposal) : printJson(proposal);
  const say = (line: string) => {
    if (options.quiet !== true) stdout.write(`${line}\n`);
  };
  say(`${name}:\n`);
  say(text.replaceAll(/^(?=.)/gm, "  "));
  if (options.yes !== true && !(await agrees(name, context))) return exitCodes.usage;
  try {
    // Fails when somebody else has written one meanwhile.
    await writeFile(join(cwd, name), text, { flag: "wx" });
  } catch (error) {
    stderr.write(`sti: ${name} cannot be written: ${(error as Error).message}\n`);
    return exitCodes.environment;
  }
  for (const line of nextSteps(proposal, format, context)) say(line);
  return exitCodes.done;
}

async function agrees(name: string, { signal, stderr, stdout }: CommandContext): Promise<boolean> {
  if (process.stdin.isTTY !== true || stdout.isTTY !== true) {
    stderr.write("sti: no terminal to ask on: pass --yes to write the config\n");
    return false;
  }
  const lines = createInterface({ input: process.stdin, output: drawingStream(stdout) });
  try {
    const answer = await lines.question(`Write ${name}? [Y/n] `, { signal });
    return /^\s*(?:y|yes)?\s*$/i.test(answer);
  } finally {
    lines.close();
  }
}

function nextSteps(
  { apps, images }: Proposal,
  format: string,
  { cwd, env }: CommandContext,
): readonly string[] {
  // By npx or npm exec: the program is in the project, and in no folder of PATH.
  const sti = env.npm_command === "exec" ? "npx --no-install sti" : "sti";
  const made = new Set(images.map(({ tag }) => tag));
  const foreign = [...new Set(apps.map(({ buildImage }) => buildImage))].filter((tag) => !made.has(tag));
  const steps = [
    ...(foreign.length === 0
      ? []
      : [`make or name the build images: ${foreign.join(", ")} (docs/build-image.md)`]),
    ...(format === "ts" && !canImportConfig(cwd) ? ["npm install --save-dev @sti/cli"] : []),
    `${sti} plan --offline   to show the decisions and steps`,
    `${sti} run              to build`,
  ];
  return ["Next:", ...steps.map((step) => `  ${step}`)];
}

/** Whether a config in this folder can import defineConfig. */
function canImportConfig(cwd: string): boolean {
  try {
    createRequire(join(cwd, "sti.config.ts")).resolve("@sti/cli/config");
    return true;
  } catch {
    return false;
  }
}
