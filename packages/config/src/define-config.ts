// What a user's config imports at run time. It must stay free of imports: every load of every config pays for them.
import type { UserConfig } from "@sti/core";

/** Gives an editor the types of a config; at run time it hands back what it is given. */
export function defineConfig(config: UserConfig): UserConfig {
  return config;
}
