// `./pnpmw words [--list] [FOLDER…]`: how plain the English of documents and comments is; see word-counts.ts.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./ensure-built.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { countComments, countProse, type ProseCount } from "./word-counts.ts";

/** Per 1,000 words of a document, and percent of all comments. */
const MOST = { what: 3, tell: 1, clauses: 2 } as const;
/** Words; a shorter document has no rate to speak of. */
const SHORT = 300;
const SKIPPED = /(?:^|\/)(?:node_modules|dist|coverage|\.[^/.][^/]*)(?:\/|$)/;

const usage = `Usage: ./pnpmw words [--list] [FOLDER…]
Counts in Markdown "what" and "tell, say" per 1,000 words, and in TypeScript the comments that begin with a wh-clause.
Fails if there are more than ${MOST.what} and ${MOST.tell} in a document, or more than ${MOST.clauses} % of such comments.
  --list  each document's counts, and each such comment`;

await runScript(async () => {
  const { folders, list } = readArguments();
  const files = (folders.length === 0 ? ["."] : folders).flatMap(listFiles);
  const [documents, sources] = [files.filter(isDocument), files.filter((file) => !isDocument(file))];
  const prose = documents.map((file) => ({ file, count: countProse(readText(file)) }));
  const comments = sources.map((file) => ({ file, count: countComments(readText(file)) }));
  const print = (line: string) => void process.stdout.write(`${line}\n`);
  for (const { count, file } of prose) if (list || isTooMuch(count)) print(`${file}: ${describe(count)}`);
  const clauses = comments.flatMap(({ count, file }) => count.clauses.map((clause) => ({ file, ...clause })));
  const all = sum(comments.map(({ count }) => count.comments));
  const percent = (clauses.length * 100) / Math.max(all, 1);
  if (list || percent > MOST.clauses)
    for (const { file, line, text } of clauses) print(`${file}:${line}: ${text}`);
  const of = (part: keyof ProseCount) => sum(prose.map(({ count }) => count[part]));
  print(`documents: ${describe({ words: of("words"), what: of("what"), tell: of("tell") })}`);
  print(`comments: ${all}, ${percent.toFixed(1)} % begin with a wh-clause`);
  return prose.some(({ count }) => isTooMuch(count)) || percent > MOST.clauses ? 1 : 0;
});

function isTooMuch(count: ProseCount): boolean {
  return count.words >= SHORT && (rate(count, "what") > MOST.what || rate(count, "tell") > MOST.tell);
}

function describe(count: ProseCount): string {
  const [what, tell] = (["what", "tell"] as const).map((part) => rate(count, part).toFixed(1));
  return `${count.words} words, what ${what}, tell or say ${tell} per 1,000`;
}

function rate(count: ProseCount, part: "what" | "tell"): number {
  return (count[part] * 1000) / Math.max(count.words, 1);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function isDocument(file: string): boolean {
  return file.endsWith(".md");
}

function readText(file: string): string {
  return readFileSync(join(root, file), "utf8");
}

function listFiles(folder: string): readonly string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return names
    .map((name) => relative(root, join(root, folder, name)))
    .filter((name) => /\.(?:md|ts)$/.test(name) && !SKIPPED.test(name) && !name.endsWith("CHANGELOG.md"))
    .sort();
}

function readArguments(): { readonly list: boolean; readonly folders: readonly string[] } {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: { list: { type: "boolean", default: false } },
    });
    return { list: values.list, folders: positionals };
  } catch (error) {
    throw new ScriptError(`${(error as Error).message}\n${usage}`, 2);
  }
}
