// yarn.lock of yarn 1, cut down to some packages of the workspace. The remaining text is as yarn wrote it. Pure.
import { posix } from "node:path";
import { type KeptPackages, type LockfilePruner, reach } from "./lockfile-pruner.ts";
import type { Dependency } from "./workspace-manifest.ts";

/** Undefined if it is no lockfile of yarn 1. */
export function readYarnLock(text: string): LockfilePruner | undefined {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  if (!lines.includes("# yarn lockfile v1")) return undefined;
  const start = lines.findIndex((line) => line !== "" && !line.startsWith("#"));
  const head = start < 0 ? lines : lines.slice(0, start);
  const blocks = readBlocks(start < 0 ? [] : lines.slice(start));
  if (blocks === undefined) return undefined;
  return {
    prune: (kept) => {
      const used = findUsed(blocks, kept);
      if (used === undefined) return undefined;
      const written = blocks.flatMap(({ patterns, body }) => {
        const names = [...patterns].filter(([pattern]) => used.has(pattern)).map(([, name]) => name);
        return names.length === 0 ? [] : [[`${names.join(", ")}:`, ...body, ""].join("\n")];
      });
      // A block whose first pattern went may belong elsewhere.
      const sorted = written.sort((a, b) => (unquoted(a) < unquoted(b) ? -1 : 1));
      return { text: [...head, ...sorted].join("\n") };
    },
    // Packages of the workspace are not in it.
    isFromRegistry: ([name, range]) => blocks.some(({ patterns }) => patterns.has(`${name}@${range}`)),
  };
}

interface Block {
  /** As "name@range", and as they are written. */
  readonly patterns: ReadonlyMap<string, string>;
  readonly body: readonly string[];
  /** As "name@range". */
  readonly dependencies: readonly string[];
}

const WORD = String.raw`("(?:[^"\\]|\\.)*"|[^\s",:][^\s",]*?)`;
const HEADER = new RegExp(`^${WORD}(?:, ${WORD})*:$`);
const DEPENDENCY = new RegExp(String.raw`^ {4}${WORD} ("(?:[^"\\]|\\.)*"|[^\s"]+)$`);

/** Undefined where a line is not as yarn writes it. */
function readBlocks(lines: readonly string[]): readonly Block[] | undefined {
  const blocks: Block[] = [];
  for (let index = 0; index < lines.length; ) {
    const header = lines[index] ?? "";
    index += 1;
    if (header === "") continue;
    const words = header.slice(0, -1).match(/"(?:[^"\\]|\\.)*"|[^\s",]+/g);
    if (!HEADER.test(header) || words === null) return undefined;
    const first = index;
    while (lines[index]?.startsWith("  ") === true) index += 1;
    const body = lines.slice(first, index);
    const dependencies = readDependencies(body);
    if (dependencies === undefined) return undefined;
    blocks.push({ patterns: new Map(words.map((word) => [unquoted(word), word])), body, dependencies });
  }
  return blocks;
}

function readDependencies(body: readonly string[]): readonly string[] | undefined {
  const found: string[] = [];
  let inside = false;
  for (const line of body) {
    if (!line.startsWith("    ")) {
      inside = line === "  dependencies:" || line === "  optionalDependencies:";
      continue;
    }
    if (!inside) continue;
    const [, name, range] = DEPENDENCY.exec(line) ?? [];
    if (name === undefined || range === undefined) return undefined;
    found.push(`${unquoted(name)}@${unquoted(range)}`);
  }
  return found;
}

/** The patterns that the kept packages lead to. Undefined if one is missing in the lockfile without a known reason. */
function findUsed(blocks: readonly Block[], { packages }: KeptPackages): ReadonlySet<string> | undefined {
  const byPattern = new Map(blocks.flatMap((block) => [...block.patterns.keys()].map((one) => [one, block])));
  const own = new Set(packages.flatMap(({ manifest }) => manifest.name ?? []));
  let complete = true;
  const starts = packages.flatMap(({ folder, manifest }) => {
    const found = [...manifest.dependencies, ...manifest.devDependencies].flatMap((dependency) => {
      const pattern = patternsOf(folder, dependency).find((one) => byPattern.has(one));
      complete &&= pattern !== undefined || own.has(dependency[0]);
      return pattern ?? [];
    });
    // The package of a resolution may have an entry under its own pattern as well.
    const resolved = manifest.resolutions.map(([path, range]) => `${lastName(path)}@${range}`);
    return folder === "" ? [...found, ...resolved] : found;
  });
  const used = reach(
    starts.filter((pattern) => byPattern.has(pattern)),
    (pattern) => byPattern.get(pattern)?.dependencies ?? [],
  );
  return complete && [...used].every((pattern) => byPattern.has(pattern)) ? used : undefined;
}

/** Paths are written as seen from the root. */
function patternsOf(folder: string, [name, range]: Dependency): readonly string[] {
  const [, protocol, path = ""] = /^(file|link):(.*)$/s.exec(range) ?? [];
  const fromRoot = protocol === undefined ? [] : [`${name}@${protocol}:${posix.join(folder, path)}`];
  return [`${name}@${range}`, ...fromRoot];
}

/** A resolution is for a path of packages: "web/@scope/name". */
function lastName(path: string): string {
  return /(?:^|\/)((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1] ?? path;
}

/** The text itself, or the first word of a text that begins with a quoted one. */
function unquoted(text: string): string {
  const quoted = /^"(?:[^"\\]|\\.)*"/.exec(text)?.[0];
  return quoted === undefined ? text : (JSON.parse(quoted) as string);
}
