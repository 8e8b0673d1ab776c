// The folder for data that sti reads back, which is read only while nobody else can write to it.
import { type PrivateFolder, privateFolder } from "@sti/source/private";
import { cacheDirectory } from "../process/cache-directory.ts";

export function cacheFolder(env: Readonly<Record<string, string | undefined>>): PrivateFolder {
  return privateFolder(cacheDirectory(env));
}
