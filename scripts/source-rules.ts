// Rules for sources that the linter cannot hold: who may open files, and who may write to the process's streams.
import { readdirSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

export interface SourceRule {
  readonly name: string;
  /** Finds forbidden text; the first group, if there is one, is a list of imported names. */
  readonly pattern: RegExp;
  /** Of imported names, those that are not allowed. */
  readonly names?: readonly string[];
  readonly hint: string;
  /** Files that may, below packages/, each with the reason. */
  readonly allowed: Readonly<Record<string, string>>;
}

export const SOURCE_RULES: readonly SourceRule[] = [
  {
    name: "reads files",
    pattern: /import\s+(?:type\s+)?(\{[^}]*\}|\w+|\* as \w+)\s+from\s+"(?:node:)?fs(?:\/promises)?"/g,
    names: ["readFile", "readFileSync", "open", "openSync", "createReadStream", "promises"],
    hint: "use @sti/files, which never waits for a pipe and has a limit",
    allowed: {
      "cli/src/start/bytecode-file.ts": "reads what sti wrote, in a private folder",
      "cli/src/start/load-program.ts": "reads the program itself",
      "files/src/read-small-file.ts": "is the way to read them",
      "source/src/disk/open-file.ts":
        "opens what folders list: not blocking, no link followed, regular files only",
      "source/src/disk/private-files.ts": "opens new files for writing, and takes their time",
      "source/src/send/export-source.ts": "opens new files for writing",
      "cli/src/project/log-folder.ts": "opens new files for writing",
      "cli/src/render/file-output.ts": "opens files for writing",
      "cli/src/remote/detached-runs.ts": "opens new files for writing",
      "cli/src/remote/record-run.ts": "opens a file for writing at its end",
      "config/src/evaluation-worker.ts": "replaces writeSync in the thread of a config",
    },
  },
  {
    name: "writes to the process's own streams",
    pattern: /^(?!\s*(?:\/\/|\/?\*)).*process\.(?:stdout|stderr)/gm,
    hint: "use the streams of the command's context, which are guarded (guard-output.ts)",
    allowed: {
      "cli/src/main.ts": "guards them, and prints the version",
      "cli/src/program/program.ts": "guards them for every command",
      "config/src/load-config.ts": "the default for those who use the package by itself",
      "config/src/evaluation-worker.ts": "takes them away from a config",
    },
  },
  {
    name: "takes the stream below a guarded one",
    pattern: /^(?!\s*(?:\/\/|\/?\*)).*\bdrawingStream\(/gm,
    hint: "only what draws, and makes foreign text safe itself, may",
    allowed: {
      "cli/src/render/create-renderer.ts": "renderers that draw or speak to a CI",
      "cli/src/commands/compare.ts": "a line of numbers that is drawn again",
      "cli/src/session/debug-app.ts": "a shell's own terminal, and output for a file or pipe",
      "cli/src/commands/init.ts": "a question on the terminal, with nothing foreign in it",
    },
  },
];

/** One line for each place that breaks a rule, and for each unused permission. */
export function checkSources(
  packages: string,
  rules: readonly SourceRule[] = SOURCE_RULES,
): readonly string[] {
  const files = readdirSync(packages, { recursive: true, encoding: "utf8" })
    .map((name) => name.split(sep).join("/"))
    .filter((name) => /^[^/]+\/src\/.*\.ts$/.test(name) && !name.endsWith(".test.ts"))
    .filter((name) => !name.startsWith("testing/"))
    .sort();
  const texts = new Map(files.map((name) => [name, readFileSync(join(packages, name), "utf8")]));
  return rules.flatMap((rule) => {
    const found = [...texts].flatMap(([name, text]) =>
      findPlaces(text, rule).map((line) => ({ name, line })),
    );
    const used = new Set(found.map(({ name }) => name));
    return [
      ...found
        .filter(({ name }) => !Object.hasOwn(rule.allowed, name))
        .map(({ line, name }) => `packages/${name}:${line}: ${rule.name}: ${rule.hint}`),
      ...Object.keys(rule.allowed)
        .filter((name) => !used.has(name))
        .map((name) => `packages/${name}: may do what it does not do any more: ${rule.name}`),
    ];
  });
}

function findPlaces(text: string, { names, pattern }: SourceRule): readonly number[] {
  return [...text.matchAll(pattern)]
    .filter(([, imported = ""]) => names === undefined || importsOne(imported, names))
    .map(({ index }) => text.slice(0, index).split("\n").length);
}

/** The whole module is all of it. */
function importsOne(imported: string, names: readonly string[]): boolean {
  if (!imported.startsWith("{")) return true;
  const own = imported.slice(1, -1).split(",");
  return own.some((one) => names.includes(one.trim().split(/\s+as\s+/)[0] ?? ""));
}
