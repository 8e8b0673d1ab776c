// "@sti/source/private": what sti remembers in folders that only their user can write to. An entry of its own, since
// commands that read no source, and no engine, begin with it.
export { createPrivateFiles } from "./disk/private-files.ts";
export { type PrivateFolder, privateFolder } from "./disk/private-folder.ts";
