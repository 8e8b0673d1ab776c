// `./pnpmw image [TAG]`: the image of sti for this machine's architecture, built by sti (default: sti:dev).
import { spawn } from "node:child_process";
import { join } from "node:path";
import { makeExecutable } from "@sti/cli/executable";
import { ensureEngine } from "./dev-engine.ts";
import { ensureBuilt, root } from "./ensure-built.ts";
import { reportStep } from "./report-progress.ts";
import { ended } from "./run-command.ts";
import { runScript } from "./run-script.ts";

await runScript(async (signal) => {
  const [tag = "sti:dev"] = process.argv.slice(2);
  const { host } = await ensureEngine({ signal });
  ensureBuilt();
  const folder = join(root, "container");
  const executable = join(folder, "sti");
  await reportStep("making the executable", () => makeExecutable(process.execPath, executable));
  const args = ["run", "-C", folder, "--set", `images.sti.tag=${tag}`];
  const env = { ...process.env, DOCKER_HOST: host };
  const code = await ended(spawn(executable, args, { stdio: "inherit", env }), signal);
  return typeof code === "number" ? code : 1;
});
