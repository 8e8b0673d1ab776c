// `./pnpmw site [FOLDER]`: the documentation as a website, from docs/, in dist/site. Fails on links that lead nowhere.
import { globSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "vitepress";
import { root } from "./ensure-built.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { findDeadLinks } from "./site-links.ts";

await runScript(async () => {
  const folder = resolve(process.argv[2] ?? join(root, "dist/site"));
  const base = process.env.STI_SITE_BASE ?? "/";
  await build(join(root, "site"), { base, outDir: folder });
  const pages = globSync("**/*.html", { cwd: folder });
  const dead = findDeadLinks(folder, pages, base);
  if (dead.length > 0) throw new ScriptError(`${dead.length} links lead nowhere:\n${dead.join("\n")}`);
  process.stdout.write(`${pages.length} pages in ${folder}\n`);
  return 0;
});
