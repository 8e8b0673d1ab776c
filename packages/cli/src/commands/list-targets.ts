// The targets of a config, for completion in a shell: nothing is printed, and nothing else is loaded.
import { resolve } from "node:path";
import { loadConfig } from "@sti/config/load";
import { configMemory } from "../project/config-memory.ts";

/** Names of the config's targets; none where no config can be read. */
export async function listTargets(
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string | undefined>> },
  folder: string | undefined,
): Promise<readonly string[]> {
  const loaded = await loadConfig({
    cwd: resolve(cwd, folder ?? "."),
    command: "complete",
    memory: configMemory(env),
    onOutput: () => {},
  });
  if (!loaded.ok) return [];
  const { apps = {}, images = {} } = loaded.value.config;
  return [...Object.keys(apps), ...Object.keys(images)].sort();
}
