// `./pnpmw pack [FOLDER]`: the tarball of the package that users install, in FOLDER (default: dist).
import { resolve } from "node:path";
import { root } from "./ensure-built.ts";
import { packProgram } from "./pack-program.ts";
import { runScript } from "./run-script.ts";

await runScript(async (signal) => {
  const [folder] = process.argv.slice(2);
  const destination =
    folder === undefined ? resolve(root, "dist") : resolve(process.env.INIT_CWD ?? ".", folder);
  process.stdout.write(`${await packProgram(destination, signal)}\n`);
  return 0;
});
