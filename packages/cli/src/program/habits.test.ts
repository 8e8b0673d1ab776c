import { expect, test } from "vitest";
import { readCommandLine } from "./program.ts";

const refuse = async (line: string) =>
  (await readCommandLine("1.0.0", line.split(" ").slice(1), async () => {}))?.text;

test.each([
  ["sti run --dry-run", "sti plan"],
  ["sti run --dry-run web", "sti plan web"],
  ["sti run -n", "sti plan"],
  ["sti push --dry-run", "sti plan"],
  ["sti --dry-run", "sti plan"],
  ["sti run --no-cache", "sti run --clean"],
  ["sti watch --no-cache web", "sti run --clean web"],
  ["sti build . acme/builder acme/web --no-cache", "sti build --clean . acme/builder acme/web"],
  ["sti run --rebuild web", "sti run --force web"],
  ["sti run --filter web", "sti run web"],
  ["sti run --filter=web... --force", "sti run web... --force"],
  ["sti watch -F web", "sti watch web"],
  ["sti --filter web", "sti run web"],
  ["sti run --target", "sti run APP"],
  ["sti run --parallel", "sti run -j 4"],
  ["sti run --parallel web", "sti run -j 4 web"],
  ["sti run --parallel 8 web", "sti run -j 8 web"],
  ["sti run -p 2", "sti run -j 2"],
  ["sti run --jobs=3", "sti run -j 3"],
  ["sti run --continue", "sti run --on-failure continue"],
  ["sti run --keep-going", "sti run --on-failure continue"],
  ["sti run --fail-fast", "sti run --on-failure kill"],
  ["sti run --bail", "sti run --on-failure kill"],
  ["sti run --no-color", "NO_COLOR=1 sti run"],
  ["sti --no-color run web", "NO_COLOR=1 sti run web"],
  ["sti plan --color", "FORCE_COLOR=1 sti plan"],
  ["sti build -t acme/web .", "sti build . BUILD_IMAGE acme/web"],
  ["sti build --tag=acme/web ./app", "sti build ./app BUILD_IMAGE acme/web"],
  ["sti build --build-arg A=1 . acme/builder acme/web", "sti build -e A=1 . acme/builder acme/web"],
  ["sti run -f other.config.ts", "sti run --config other.config.ts"],
  ["sti run --watch web", "sti watch web"],
  ["sti run --since main", "sti run --affected=main"],
  ["sti run --graph", "sti plan --graph mermaid"],
  ["sti run --json", "sti run --reporter ndjson"],
  ["sti run --trace", "sti run --verbose"],
  ["sti dev web", "sti watch --run web"],
  ["sti start", "sti watch --run"],
  ["sti ls", "sti plan"],
  ["sti ps", "sti plan"],
  ["sti images", "sti plan"],
  ["sti config", "sti plan --json"],
  ["sti graph", "sti plan --graph mermaid"],
  ["sti diff acme/a acme/b", "sti compare acme/a acme/b"],
  ["sti bake", "sti run"],
  ["sti deploy web", "sti push web"],
  ["sti prune", "sti clean"],
  ["sti version", "sti --version"],
])("%s is answered with %s, which is a valid line", async (typed, line) => {
  expect(await refuse(typed)).toMatch(/^error: unknown (?:command|option) '.+'\n {2}hint: /);
  expect((await refuse(typed))?.split("  hint: ")[1]).toBe(`${line}\n`);
  const words = line.replace(/^\w+=1 /, "");
  if (words !== "sti --version") expect(await refuse(words)).toBeUndefined();
});

test("a word of the shell is quoted in the answer", async () => {
  const refusal = await readCommandLine("1.0.0", ["run", "--dry-run", "*-web", "it's"], async () => {});
  expect(refusal?.text).toContain("hint: sti plan '*-web' 'it'\\''s'\n");
});

test("up is watch --run", async () => {
  const asked: unknown[] = [];
  const refusal = await readCommandLine("1.0.0", ["up", "web"], async (options) => void asked.push(options));
  expect({ asked, refusal }).toEqual({ asked: [expect.objectContaining({ run: true })], refusal: undefined });
});

test.each([
  ["sti rnu", "(Did you mean run?)"],
  ["sti run --frce", "(Did you mean --force?)"],
  ["sti run --metod container", "(Did you mean --method?)"],
])("%s is answered with %s", async (typed, suggestion) => {
  expect(await refuse(typed)).toContain(suggestion);
});
