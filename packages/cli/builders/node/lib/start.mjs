// How an app starts, and where the site of one is that does not start.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest, SourceProblem } from "./source.mjs";

/** A line for sh, or undefined. `root`: of the deployed app; `folder`: of the package to start. */
export function findStart(root, folder) {
  const { main, scripts = {} } = readManifest(join(root, folder));
  const web = [folder, ""]
    .map((name) => readProcfile(join(root, name, "Procfile")))
    .find((line) => line !== undefined);
  if (web !== undefined) return withoutManager(web, scripts);
  if (scripts.start !== undefined) return withoutManager(scripts.start, scripts);
  const files = [main, "server.js", "index.js"].filter((file) => typeof file === "string");
  const file = files.find(
    (name) => existsSync(join(root, folder, name)) || existsSync(join(root, folder, `${name}.js`)),
  );
  return file === undefined ? undefined : `exec node ${quote(file)}`;
}

function readProcfile(file) {
  if (!existsSync(file)) return undefined;
  return /^web:[ \t]*(\S.*?)\s*$/m.exec(readFileSync(file, "utf8"))?.[1];
}

/** The text of the script that `npm run NAME` would run: package managers are not in the result. */
function withoutManager(line, scripts, depth = 0) {
  const [, name] = /^(?:npm|pnpm|yarn) (?:run )?([\w:.-]+)$/.exec(line.trim()) ?? [];
  if (name === undefined) return line;
  if (scripts[name] === undefined || depth > 8) {
    throw new SourceProblem(`the app is started by \`${line}\`, but package.json has no such script`);
  }
  return withoutManager(scripts[name], scripts, depth + 1);
}

function quote(word) {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The folder of a built site; undefined if there is none. `named`: by the user. */
export function findSite(folder, named) {
  if (named) {
    if (!existsSync(join(folder, named)))
      throw new SourceProblem(`OUTPUT_DIR=${named}: the build made no such folder`);
    return join(folder, named);
  }
  const found = ["dist", "build", "out", ".output/public", "public"].find((name) =>
    existsSync(join(folder, name, "index.html")),
  );
  return found === undefined ? undefined : join(folder, found);
}
