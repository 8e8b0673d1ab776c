// `./pnpmw build`: the program in packages/cli/dist, where it is older than its sources.
import { ensureBuilt } from "./ensure-built.ts";
import { runScript } from "./run-script.ts";

await runScript(async () => {
  ensureBuilt();
  return 0;
});
