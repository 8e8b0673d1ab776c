// Random edits to a folder, and what a watcher reports of them.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";

const NAMES = ["a", "b", "keep", "x.log", "é"];

const RULES = [
  "",
  "a",
  "a\n!a/b",
  "**/a\n!**/keep",
  "*.log\n**/b",
  "*\n!a",
  "keep\n!keep/a/b",
  "**/*.log\n!b",
];

const path = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 })
  .map((names) => names.join("/"));

export const edit = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant("write" as const), path, text: fc.string({ maxLength: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("remove" as const), path }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("rename" as const), path, to: path }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("folder" as const), path }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("link" as const), path, to: path }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant("mode" as const), path, mode: fc.constantFrom(0o644, 0o755) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("rules" as const), text: fc.constantFrom(...RULES) }),
  },
);

type Edit = typeof edit extends fc.Arbitrary<infer One> ? One : never;

/** Does it where it is possible; it replaces whatever blocks a path. Returns the paths that a watcher would report. */
export function apply(root: string, one: Edit): readonly string[] {
  if (one.kind === "rules") {
    writeFileSync(join(root, ".stiignore"), one.text);
    return [".stiignore"];
  }
  const file = join(root, one.path);
  const changed = [one.path];
  // Skips edits that would reach another place through a link.
  const isLinked = existsSync(dirname(file)) && realpathSync(dirname(file)) !== dirname(file);
  if (isLinked && ["remove", "mode", "rename"].includes(one.kind)) return [];
  const exists = (place: string) => {
    try {
      return lstatSync(place);
    } catch {
      return undefined;
    }
  };
  const makeWay = (place: string) => {
    const names = place.split("/");
    for (let count = 1; count < names.length; count += 1) {
      const above = names.slice(0, count).join("/");
      const state = exists(join(root, above));
      if (state?.isDirectory() === true) continue;
      if (state !== undefined) rmSync(join(root, above));
      mkdirSync(join(root, above));
      changed.push(above);
    }
    rmSync(join(root, place), { recursive: true, force: true });
    mkdirSync(dirname(join(root, place)), { recursive: true });
  };
  switch (one.kind) {
    case "write":
      makeWay(one.path);
      writeFileSync(file, one.text);
      break;
    case "folder":
      makeWay(one.path);
      mkdirSync(file);
      break;
    case "link":
      makeWay(one.path);
      symlinkSync(one.to, file);
      break;
    case "remove":
      if (exists(file) === undefined) return [];
      rmSync(file, { recursive: true });
      break;
    case "mode":
      if (exists(file)?.isFile() !== true) return [];
      chmodSync(file, one.mode);
      break;
    case "rename": {
      const inside =
        one.to === one.path || one.to.startsWith(`${one.path}/`) || one.path.startsWith(`${one.to}/`);
      if (exists(file) === undefined || inside) return [];
      makeWay(one.to);
      if (exists(file) === undefined) return changed;
      renameSync(file, join(root, one.to));
      changed.push(one.to);
      break;
    }
  }
  return changed;
}
