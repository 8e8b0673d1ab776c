// The configs that passed the check, for every project of a user.
import type { ConfigFiles } from "@sti/config/load";
import { createPrivateFiles } from "@sti/source/private";
import { CONFIG_MEMORY } from "../process/cache-directory.ts";
import { cacheFolder } from "./cache-folder.ts";

/** Bytes. */
const LARGEST = 16 * 2 ** 20;

export function configMemory(env: Readonly<Record<string, string | undefined>>): ConfigFiles {
  return createPrivateFiles(cacheFolder(env).folder(CONFIG_MEMORY), LARGEST);
}
