import fc from "fast-check";
import { expect, test } from "vitest";
import vectors from "../../test/docker-ignore-vectors.json" with { type: "json" };
import {
  appTarget,
  fillFolder,
  imageTarget,
  makeFolder,
  pathsOf,
  readFolder,
} from "../../test/temp-folder.ts";
import { readSources } from "../snapshot/read-sources.ts";
import { snapshotFolder } from "../snapshot/snapshot-folder.ts";
import { createIgnoreMatcher } from "./ignore.ts";
import { parseIgnoreFile } from "./ignore-pattern.ts";

function ignored(rules: string, paths: readonly string[]): readonly string[] {
  const matcher = createIgnoreMatcher(parseIgnoreFile(rules).patterns);
  return paths.filter((path) => matcher.ignores(path));
}

test.each([
  ["*.md", ["a.md"], ["b/a.md", "a.mdx", "a.MD"]],
  ["**/*.md", ["a.md", "b/c/a.md"], ["a.mdx"]],
  ["node_modules", ["node_modules", "node_modules/a"], ["b/node_modules"]],
  ["*\n!src", ["a", "b/c"], ["src", "src/a/b"]],
  ["foo\n!foo/bar/keep.txt", ["foo/a", "foo/bar/a"], ["foo/bar/keep.txt"]],
  ["!a\na", ["a"], []],
  ["./src/", ["src/a"], ["a"]],
  ["/src", ["src/a"], ["b/src"]],
  ["  a b  \r\n", ["a b"], ["a", "b"]],
  ["\uFEFFa", ["a"], []],
  ["#a\n #b", ["#b"], ["a", "#a"]],
  ["a?c\n[x-z]", ["abc", "y"], ["a/c", "abbc", "w"]],
  ["app/(auth)\na+b\n{x}|y", ["app/(auth)/page.tsx", "a+b", "{x}|y"], ["app/auth", "aab", "y"]],
  ["\\*.txt\n\\!a", ["*.txt", "!a"], ["b.txt", "a"]],
  ["constructor\n**/toString", ["constructor", "constructor/a", "toString", "a/toString"], ["valueOf"]],
  [".\n..\n../a\n/", [], ["a", "b/a"]],
  ["**foo\n**.log", ["foo", "a/foo", "a/foo/b", "a-foo", "a/b.log"], ["bar", "a.log.gz"]],
  ["a/**foo", ["a/foo", "a/b/foo"], ["a/b-foo", "foo"]],
  ["a**", ["a", "ab", "ab/c"], ["b", "b/a"]],
  ["a/**", ["a/b", "a/b/c"], ["a", "b"]],
  ["a/b\n!a", ["a/b", "a/b/c"], ["a", "a/c"]],
  ["a\na/b\n!a/b", ["a", "a/c"], ["a/b", "a/b/c"]],
  ["[!a]x", ["!x", "ax"], ["bx"]],
  ["[^a]x", ["bx", "éx"], ["ax"]],
  ["[\\]*?]x", ["]x", "*x", "?x"], ["ax"]],
  ["?.txt", ["é.txt", "😀.txt"], ["ab.txt"]],
  ["a^b\na$", ["a^b", "a$"], ["ab", "a"]],
  ["./!a\n!!b", [], ["a", "b"]],
  ["a\\ b", ["a b"], ["a"]],
])("the rules %j leave out %j and keep %j", (rules, out, kept) => {
  expect(ignored(rules, [...out, ...kept])).toEqual(out);
});

test.each(["[a", "[]a]", "[a-]", "[b-a]", "a\\", "!", "!/", "\\d", "a/\\é"])("%j is no pattern", (line) => {
  expect(parseIgnoreFile(line).invalid).toEqual([`line 1: ${line}`]);
});

test("a line that is no pattern is named by its number", () => {
  expect(parseIgnoreFile("a\n\n[b\n!\n").invalid).toEqual(["line 3: [b", "line 4: !"]);
});

const segment = fc.constantFrom("a", "b", "c", "*", "**", "?");
const rule = fc
  .tuple(fc.constantFrom("", "!"), fc.array(segment, { minLength: 1, maxLength: 4 }))
  .map(([negation, segments]) => negation + segments.join("/"));
const rules = fc.array(rule, { minLength: 1, maxLength: 5 });

test("rules are decided as by Docker's own matcher", () => {
  for (const [text = "", answer = ""] of vectors.vectors) {
    const expected = vectors.paths.filter((_, index) => answer[index] === "x");
    expect({ text, ignored: ignored(text, vectors.paths) }).toEqual({ text, ignored: expected });
  }
});

test("a folder that is not walked holds nothing that a rule takes in", async () => {
  const files = ["a", "b", "c"].flatMap((top) =>
    ["a", "b", "c"].flatMap((middle) => ["a", "b"].map((leaf) => `${top}/${middle}/${leaf}`)),
  );
  const folder = await makeFolder(Object.fromEntries(files.map((file) => [file, ""])));
  await fc.assert(
    fc.asyncProperty(rules, async (lines) => {
      const matcher = createIgnoreMatcher(parseIgnoreFile(lines.join("\n")).patterns);
      const result = await snapshotFolder(folder, matcher, undefined);
      const found = "snapshot" in result ? result.snapshot.entries : [];
      const kept = found.flatMap((entry) => (entry.kind === "file" ? [entry.path] : []));
      expect(kept).toEqual(files.filter((file) => !matcher.ignores(file)));
    }),
    { numRuns: 100 },
  );
});

test("an ignored folder is not walked for a rule that takes in something elsewhere", () => {
  const matcher = createIgnoreMatcher(["*", "!packages/api/src", "!docs/**", "!*.md"]);
  const walked = ["node_modules", "packages", "packages/api", "packages/web", "docs", "docs/a/b"].filter(
    (path) => matcher.mayIncludeBelow(path),
  );
  expect(walked).toEqual(["packages", "packages/api", "docs", "docs/a/b"]);
});

test("an app leaves out .git and node_modules everywhere", async () => {
  const folder = await makeFolder({
    ".git/HEAD": "",
    "node_modules/a": "",
    "b/node_modules/c": "",
    "b/d": "",
  });
  expect(pathsOf(await readFolder(folder))).toEqual(["b", "b/d"]);
});

test("an app's rules can take node_modules in again, with the folders above", async () => {
  const folder = await makeFolder({ "node_modules/a/node_modules/b": "", "c/node_modules/d": "" });
  await fillFolder(folder, { ".stiignore": "!node_modules\n.stiignore\nc" });
  expect(pathsOf(await readFolder(folder))).toEqual([
    "node_modules",
    "node_modules/a",
    "node_modules/a/node_modules",
    "node_modules/a/node_modules/b",
  ]);
});

test("an app's .stiignore is used instead of its .dockerignore", async () => {
  const folder = await makeFolder({ ".stiignore": "a", ".dockerignore": "b", a: "", b: "" });
  expect(pathsOf(await readFolder(folder))).toEqual([".dockerignore", ".stiignore", "b"]);
});

test("an app without .stiignore uses its .s2iignore before its .dockerignore", async () => {
  const folder = await makeFolder({ ".s2iignore": "a", ".dockerignore": "b", a: "", b: "" });
  expect(pathsOf(await readFolder(folder))).toEqual([".dockerignore", ".s2iignore", "b"]);
});

test("an app without .stiignore uses its .dockerignore", async () => {
  const folder = await makeFolder({ ".dockerignore": "b", a: "", b: "" });
  expect(pathsOf(await readFolder(folder))).toEqual([".dockerignore", "a"]);
});

test("an image entry leaves nothing out by itself", async () => {
  const folder = await makeFolder({ Dockerfile: "", "node_modules/a": "" });
  expect(pathsOf(await readFolder(folder, imageTarget(".")))).toEqual([
    "Dockerfile",
    "node_modules",
    "node_modules/a",
  ]);
});

test("an image entry keeps its Dockerfile and .dockerignore whatever the rules say", async () => {
  const folder = await makeFolder({
    "docker/[x].Dockerfile": "",
    "docker/a": "",
    b: "",
    ".dockerignore": "*",
  });
  const target = imageTarget(".", { dockerfile: "docker/[x].Dockerfile" });
  expect(pathsOf(await readFolder(folder, target))).toEqual([
    ".dockerignore",
    "docker",
    "docker/[x].Dockerfile",
  ]);
});

test("the ignore file beside a Dockerfile comes before .dockerignore", async () => {
  const folder = await makeFolder({ "my.Dockerfile": "", a: "", b: "", ".dockerignore": "a" });
  await fillFolder(folder, { "my.Dockerfile.dockerignore": "b\n*.dockerignore" });
  const target = imageTarget(".", { dockerfile: "my.Dockerfile" });
  expect(pathsOf(await readFolder(folder, target))).toEqual([".dockerignore", "a", "my.Dockerfile"]);
});

test("an ignore file with a line that is no pattern stops the target instead of sending too much", async () => {
  const folder = await makeFolder({ ".stiignore": "[secret", "[secret": "" });
  expect(await readSources([appTarget(folder)], { directory: folder })).toMatchObject({
    failures: [{ code: "ignore-invalid", file: `${folder}/.stiignore`, lines: ["line 1: [secret"] }],
  });
});

test("a dash stands for itself outside of a class, and in one where it is escaped", () => {
  const matcher = createIgnoreMatcher(
    parseIgnoreFile("my-folder\n**/build-*.log\n**-old\nx[a\\-c]").patterns,
  );
  const ignored = ["my-folder", "my-folder/a", "a/build-1.log", "a/b-old", "x-", "xa"];
  expect(ignored.filter((path) => !matcher.ignores(path))).toEqual([]);
  expect(["myfolder", "a/build1.log", "xb"].filter((path) => matcher.ignores(path))).toEqual([]);
});
