// `./pnpmw words [--list] [PATH…]`: how plain the English of documents and comments is; see word-counts.ts.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { root } from "./ensure-built.ts";
import { runScript, ScriptError } from "./run-script.ts";
import { countComments, countProse } from "./word-counts.ts";

const usage = `Usage: ./pnpmw words [--list] [FOLDER…]
Counts in Markdown "what" and "tell, say" per 1,000 words, and in TypeScript the comments that begin with a wh-clause.
  --list  names each such comment`;

const SKIPPED = /(?:^|\/)(?:node_modules|dist|coverage|\.[^/.][^/]*)(?:\/|$)/;

await runScript(async () => {
  const { folders, list } = readArguments();
  const files = (folders.length === 0 ? ["."] : folders).flatMap(listFiles);
  const prose = { words: 0, what: 0, tell: 0 };
  let comments = 0;
  let clauses = 0;
  for (const file of files) {
    const text = readFileSync(join(root, file), "utf8");
    if (file.endsWith(".md")) {
      const count = countProse(text);
      prose.words += count.words;
      prose.what += count.what;
      prose.tell += count.tell;
      if (list)
        process.stdout.write(
          `${file}: what ${rate(count.what, count.words)}, tell ${rate(count.tell, count.words)}\n`,
        );
      continue;
    }
    const count = countComments(text);
    comments += count.comments;
    clauses += count.clauses.length;
    if (list)
      for (const clause of count.clauses) process.stdout.write(`${file}:${clause.line}: ${clause.text}\n`);
  }
  process.stdout.write(
    `documents: ${prose.words} words, what ${rate(prose.what, prose.words)}, tell or say ${rate(prose.tell, prose.words)} per 1,000\n` +
      `comments: ${comments}, ${clauses} begin with a wh-clause (${rate(clauses * 100, comments * 1000)} %)\n`,
  );
  return 0;
});

function rate(count: number, of: number): string {
  return (of === 0 ? 0 : (count * 1000) / of).toFixed(1);
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
