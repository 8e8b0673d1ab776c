// From the command line to the options that find a project and evaluate its config.
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectFlags } from "../process/flags.ts";

export function projectOptions(command: string, options: ProjectFlags, context: CommandContext) {
  const { config, mode, profile, set } = options;
  const { cwd, env, signal, stderr } = context;
  const onOutput = (text: string) => void stderr.write(text);
  return { command, config, cwd, env, mode, profile, set, signal, onOutput };
}
