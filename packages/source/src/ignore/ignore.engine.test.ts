import { execFile } from "node:child_process";
import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { makeFolder, type Tree } from "../../test/temp-folder.ts";
import { snapshotFolder } from "../snapshot/snapshot-folder.ts";
import { createIgnoreMatcher } from "./ignore.ts";
import { parseIgnoreFile } from "./ignore-pattern.ts";

const run = promisify(execFile);

/** The first docker command that can build with BuildKit and give the result out as files. */
const COMMANDS = ["docker", "/usr/bin/docker"];

/** One rule set is one build. */
const RULE_SETS = 60;
const AT_ONCE = 2;

test("what docker build copies is what a source has, for any rules", async ({ skip }) => {
  const docker = await findDocker();
  const [client, engine] = await versions(docker.command);
  // Each of the two applies some of the rules: together they are as no released Docker is.
  if (client !== engine) skip(`docker ${client} with an engine of version ${engine}`);
  const isComparable = (text: string) => {
    const { patterns, invalid } = parseIgnoreFile(text);
    if (invalid.length > 0) return false;
    return !docker.isOld || Object.keys(TREE).every((path) => decidesAlike(patterns, path));
  };
  const sampled = fc.sample(rules.filter(isComparable), { numRuns: RULE_SETS, seed: 20_241 });
  const pending = sampled.values();
  const differences: object[] = [];
  const work = async () => {
    const folder = await makeFolder(TREE);
    for (const text of pending) {
      const docked = await copied(docker.command, folder, text);
      const ours = await kept(docker, folder, text);
      const onlyDocker = docked.filter((path) => !ours.includes(path));
      const onlyOurs = ours.filter((path) => !docked.includes(path));
      if (onlyDocker.length + onlyOurs.length > 0) differences.push({ text, onlyDocker, onlyOurs });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  expect(differences).toEqual([]);
});

test.each(["[a", "a\\", "[]a]", "[a-]", "!", "!/", "! //"])(
  "docker build refuses %j, as sti does",
  async (text) => {
    const { command } = await findDocker();
    const folder = await makeFolder({ a: "" });
    await expect(copied(command, folder, text)).rejects.toThrow();
    expect(parseIgnoreFile(text).invalid).toEqual([`line 1: ${text}`]);
  },
);

/** Major versions of the command and of its engine. */
async function versions(command: string): Promise<readonly string[]> {
  const format = "{{.Client.Version}} {{.Server.Version}}";
  const { stdout } = await run(command, ["version", "--format", format]);
  return stdout
    .trim()
    .split(" ")
    .map((version) => version.split(".")[0] ?? "");
}

/** The files in an image that has the whole context, sorted. */
async function copied(command: string, folder: string, text: string): Promise<readonly string[]> {
  const place = await makeFolder({ Dockerfile: "FROM scratch\nCOPY . /\n" });
  await writeFile(join(folder, ".dockerignore"), text);
  const result = join(place, "result");
  await mkdir(result);
  try {
    await run(
      command,
      ["build", "-q", "-f", join(place, "Dockerfile"), "-o", `type=local,dest=${result}`, folder],
      {
        env: { ...process.env, DOCKER_BUILDKIT: "1" },
      },
    );
    const entries = await readdir(result, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => relative(result, join(entry.parentPath, entry.name))).sort();
  } finally {
    await rm(place, { recursive: true });
  }
}

async function kept(docker: Docker, folder: string, text: string): Promise<readonly string[]> {
  const { patterns } = parseIgnoreFile(text);
  const matcher = createIgnoreMatcher(patterns);
  const read = await snapshotFolder(folder, matcher, undefined);
  const entries = "snapshot" in read ? read.snapshot.entries : [];
  const paths = entries.flatMap((entry) => (entry.kind === "file" ? [entry.path] : []));
  return docker.isOld ? paths.filter((path) => isReached(path, patterns)) : paths;
}

/** Old ones did not look into a left out folder unless a rule with "!" begins with its very name. */
function isReached(path: string, patterns: readonly string[]): boolean {
  const matcher = createIgnoreMatcher(patterns);
  return foldersAbove(path).every(
    (folder) =>
      !matcher.ignores(folder) ||
      patterns.some((pattern) => pattern.startsWith(`!${folder}/`) || pattern === `!${folder}`),
  );
}

/** Old ones asked each rule about a path and the folders above, and not only where it would change something. */
function decidesAlike(patterns: readonly string[], path: string): boolean {
  let ignored = false;
  for (const pattern of patterns) {
    const single = createIgnoreMatcher([pattern.replace(/^!/, "")]);
    if (single.ignores(path)) ignored = !pattern.startsWith("!");
  }
  return ignored === createIgnoreMatcher(patterns).ignores(path);
}

function foldersAbove(path: string): readonly string[] {
  const names = path.split("/").slice(0, -1);
  return names.map((_, index) => names.slice(0, index + 1).join("/"));
}

const NAMES = [
  "a",
  "b",
  "A",
  "ab",
  "a b",
  "[x]",
  "x",
  "a*",
  "!a",
  "#a",
  ".h",
  "a.md",
  "é",
  "a-b",
  "a+b",
  "a$",
];

const FOLDERS = ["", "a/", "b/", "A/", "a/a/", "a/b/", "b/a/", "a/b/a/"];

const TREE: Tree = Object.fromEntries(
  FOLDERS.flatMap((folder) => NAMES.map((name) => `${folder}${name}`))
    .filter((path) => !FOLDERS.includes(`${path}/`))
    .map((path) => [path, ""]),
);

const segment = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("a", "b", "A", "x", "*", "**", "?", "a*", "*b") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...[".", "..", "", "[ab]", "[^a]", "[!a]", "[a-b]", "[é]", "[\\]]", "\\*", "\\[x\\]", "\\!a", "#a"],
      ...["a b", ".*", "*.md", "a.md", "a**", "é", "?*", "***", "a-b", "*-*", "a+b", "a$", "**-b"],
    ),
  },
);

const line = fc
  .tuple(
    fc.constantFrom("", "", "", "", "!", "!", "!", "! ", " ", "#", " #", "/", "!/", "./"),
    fc.array(segment, { minLength: 1, maxLength: 4 }),
    fc.constantFrom("", "", "", "", "/", "/**", " ", "\r", "\t", "//"),
  )
  .map(([start, segments, end]) => start + segments.join("/") + end);

const rules = fc
  .tuple(
    fc.constantFrom("", "", "\uFEFF", "\n", "*\n", "a\n"),
    fc.array(line, { minLength: 1, maxLength: 5 }),
  )
  .map(([start, lines]) => start + lines.join("\n"));

interface Docker {
  readonly command: string;
  /** Before version 23 Docker looked at folders in another way than today. */
  readonly isOld: boolean;
}

async function findDocker(): Promise<Docker> {
  const folder = await makeFolder({ "a/keep": "" });
  for (const command of COMMANDS) {
    const paths = await copied(command, folder, "*\n!**/keep").catch(() => undefined);
    if (paths !== undefined) return { command, isOld: !paths.includes("a/keep") };
  }
  throw new Error("no docker command here can build with BuildKit; on Debian, install the package docker.io");
}
