// `./pnpmw demo`: builds examples/shop with `sti run` and shows that the containers of the results answer.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { askContainer, type ExpectedAnswer } from "@sti/testing/ask-container";
import { ensureBaseImage } from "./base-image.ts";
import { ensureEngine } from "./dev-engine.ts";
import { ensureBuilt, root } from "./ensure-built.ts";
import { reportStep } from "./report-progress.ts";
import { ended } from "./run-command.ts";
import { runScript, ScriptError } from "./run-script.ts";

await runScript(async (signal) => {
  const engine = await ensureEngine({ signal });
  await ensureBaseImage({ ...engine, signal });
  await reportStep("building the packages", async () => ensureBuilt());
  const shop = join(root, "examples/shop");
  process.stdout.write("\n$ sti run -C examples/shop\n");
  const run = spawn(process.execPath, [join(root, "packages/cli/bin/sti.cjs"), "run", "-C", shop], {
    stdio: "inherit",
    env: { ...process.env, DOCKER_HOST: engine.host },
  });
  const code = await ended(run, signal);
  if (code !== 0) throw new ScriptError("sti run failed", typeof code === "number" ? code : 1);

  process.stdout.write("\nThe containers answer:\n");
  const expected = JSON.parse(readFileSync(join(shop, "expect.json"), "utf8")) as ExpectedAnswer[];
  for (const question of expected) {
    const answer = await askContainer(engine, question);
    const [line = ""] = answer.body.trim().split("\n");
    process.stdout.write(
      `${answer.ok ? "✔" : "✖"} ${question.image} GET ${question.path} → ${answer.status} ${line.slice(0, 100)}\n`,
    );
    if (!answer.ok) {
      throw new ScriptError(`expected ${question.status} and ${JSON.stringify(question.bodyContains)}`);
    }
  }
  process.stdout.write("\nNext: change a file in examples/shop/services and run\n");
  process.stdout.write("  ./pnpmw --silent sti run -C examples/shop\n");
  return 0;
});
