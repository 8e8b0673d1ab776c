import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rolldown } from "rolldown";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { deferChunks } from "./defer-chunks.ts";

let folder = "";
const file = (name: string) => join(folder, name);
const write = (name: string, code: string) => writeFileSync(file(name), code);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sti-bundle-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

test("a deferred module is loaded when one of its functions is called, once, with the instances of the others", async () => {
  write("shared.ts", "export class Refusal extends Error {}\nexport const log: string[] = [];\n");
  write(
    "late.ts",
    `import { log, Refusal } from "./shared.ts";
     import { inner } from "./later.ts";
log.push("late");
export interface Options { readonly name: string }
export function refuse({ name }: Options): never { throw new Refusal(inner(name)); }
export async function wait(value: number) { return value + 1; }
export function* count(end: number) { for (let n = 0; n < end; n += 1) yield n; }
`,
  );
  write("later.ts", "export function inner(name: string) { return name.toUpperCase(); }\n");
  write("again.ts", `export { count } from "./late.ts";\n`);
  write(
    "main.ts",
    `import { log, Refusal } from "./shared.ts";
     import { refuse, wait } from "./late.ts";
     import { count } from "./again.ts";
     export { log, wait, count };
     export const isRefused = (name: string) => { try { return refuse({ name }); } catch (error) { return error instanceof Refusal && error.message; } };
`,
  );
  const main = await bundle({ late: [file("late.ts"), file("later.ts")] });
  expect(main.log).toEqual([]);
  expect(main.isRefused("web")).toBe("WEB");
  expect(await main.wait(1)).toBe(2);
  expect([...main.count(3)]).toEqual([0, 1, 2]);
  expect(main.log).toEqual(["late"]);
  expect(readFileSync(file("dist/main.cjs"), "utf8")).not.toContain("toUpperCase");
});

test.each([
  ["a constant", "export const limit = 1;", "more.ts exports more than functions: const limit = 1;"],
  ["a class", "export class Limit {}", "more.ts exports more than functions: class Limit {}"],
  [
    "a function that another one has, too",
    "export function first() {}",
    "the chunk late has two functions first",
  ],
])("a module with %s cannot be deferred", (_, code, message) => {
  write("late.ts", "export type Name = string;\nexport function first() {}\n");
  write("more.ts", code);
  expect(() => deferChunks({ late: [file("late.ts"), file("more.ts")] })).toThrow(message);
});

async function bundle(chunks: Readonly<Record<string, readonly string[]>>) {
  const { input, plugin } = deferChunks(chunks);
  const made = await rolldown({
    input: { main: file("main.ts"), ...input },
    platform: "node",
    plugins: [plugin],
  });
  await made.write({
    dir: file("dist"),
    format: "cjs",
    entryFileNames: "[name].cjs",
    chunkFileNames: "[name].cjs",
  });
  return createRequire(import.meta.url)(file("dist/main.cjs"));
}
