// `./pnpmw bench NAME`: runs one benchmark of bench/ on a real engine. Figures are printed and never asserted.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ensureBaseImage } from "./base-image.ts";
import { ensureEngine } from "./dev-engine.ts";
import { ensureBuilt, root } from "./ensure-built.ts";
import { runScript, ScriptError } from "./run-script.ts";

await runScript(async (signal) => {
  const folder = join(root, "bench");
  const names = readdirSync(folder).flatMap((file) => (file.endsWith(".ts") ? [file.slice(0, -3)] : []));
  const name = process.argv[2] ?? "";
  const file = join(folder, `${name}.ts`);
  if (!existsSync(file)) throw new ScriptError(`Usage: ./pnpmw bench NAME\n  ${names.join("\n  ")}`, 2);
  const engine = await ensureEngine({ signal });
  await ensureBaseImage({ ...engine, signal });
  ensureBuilt();
  const { bench } = (await import(file)) as { bench: (host: string) => Promise<void> };
  await bench(engine.host);
  return 0;
});
