// `sti why --history`: the recorded builds of targets.
import { loadConfig } from "@sti/config/load";
import { type Failure, parsePlatform, platformName, suggest, type WrittenConfig } from "@sti/core";
import { createRecords } from "@sti/source";
import { printHistory, toHistoryDocument } from "../print/print-history.ts";
import { reportFailures } from "../print/report-failures.ts";
import type { CommandContext } from "../process/command-context.ts";
import type { ProjectFlags } from "../process/flags.ts";
import { configMemory } from "../project/config-memory.ts";
import { projectFolders } from "../project/project-folders.ts";
import { formatJson } from "../render/format-json.ts";

/** Needs the config for its names only: sources may be missing, and no engine is asked. */
export async function runHistory(
  targets: readonly string[],
  options: ProjectFlags & { readonly json?: boolean },
  context: CommandContext,
): Promise<number> {
  const loaded = await loadConfig({
    cwd: context.cwd,
    command: "why",
    mode: options.mode,
    profile: options.profile,
    set: options.set,
    memory: configMemory(context.env),
    onOutput: (text) => void context.stderr.write(text),
    ...(options.config === undefined ? {} : { file: options.config }),
  });
  if (!loaded.ok) return reportFailures(loaded.failures, context);
  const { config, directory } = loaded.value;
  const known = [...Object.keys(config.images ?? {}), ...Object.keys(config.apps ?? {})];
  const unknown = targets
    .filter((name) => !known.includes(name))
    .map((name): Failure => ({ code: "selection-unknown", name, suggestion: suggest(name, known), known }));
  if (unknown.length > 0) return reportFailures(unknown, context);
  const records = createRecords(projectFolders(directory, context.env).memory);
  const named = targets.length === 0 ? known : targets;
  const names = new Set(named.flatMap((name) => [name, ...foreignNames(name, config)]));
  const read = await Promise.all(
    [...names].map(async (name) => ({ name, builds: (await records.readTarget(name))?.builds ?? [] })),
  );
  // Those for the engine's platform have the name of the config.
  const histories = read.filter(({ builds, name }) => known.includes(name) || builds.length > 0);
  context.stdout.write(
    options.json === true
      ? formatJson(toHistoryDocument(histories), 2)
      : printHistory(histories, context.stdout),
  );
  return 0;
}

/** Names that builds of a target for other platforms may have. Image entries have the platforms of the apps that need them. */
function foreignNames(name: string, { apps = {}, defaults }: WrittenConfig): readonly string[] {
  const written = [...Object.values(apps), defaults].flatMap((one) => one?.platforms ?? []);
  const platforms = written.map(parsePlatform).flatMap((one) => ("platform" in one ? one.platform : []));
  return [...new Set(platforms)].map((platform) => platformName(name, platform));
}
