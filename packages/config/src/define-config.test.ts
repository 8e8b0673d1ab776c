import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkTypes, type TypeProblem } from "@sti/testing/type-checker";
import { expect, test } from "vitest";

const ENTRY = JSON.stringify(join(import.meta.dirname, "index.ts"));
const IMPORTS = [
  `import { type App, type ConfigFunction, defineConfig, matrix, type UserConfig } from ${ENTRY};`,
  "declare const shared: Record<string, App>;",
  "declare const configFunction: ConfigFunction;",
  "declare const config: UserConfig;",
];

const METHOD = 'apps: { api: { source: ".", buildImage: "b", tag: "t", metod: "run" } }';
const TAG = 'images: { base: { context: ".", tagg: "t" } }';
const DEV = 'apps: { api: { source: ".", buildImage: "b", tag: "t", dev: { ports: [1], portz: [2] } } }';
const TOP = "concurency: 2";
const SOURCE = 'apps: { api: { source: { git: "g", reff: "r" }, buildImage: "b", tag: "t" } }';

/** Each statement with the codes that its one problem may have, and the key that the message names. */
const REFUSED: readonly (readonly [statement: string, codes: readonly number[], key: string])[] = [
  [METHOD, "metod"] as const,
  [TAG, "tagg"] as const,
  [DEV, "portz"] as const,
  [SOURCE, "reff"] as const,
  [TOP, "concurency"] as const,
].flatMap(([text, key]) => [
  [`defineConfig({ ${text} });`, [2353, 2561], key],
  [`defineConfig(({ mode }) => ({ groups: { all: [mode] }, ${text} }));`, [2353, 2561, 2322], key],
  // TypeScript looks into the object that an async function returns only if the return type is written down.
  [`defineConfig(async ({ mode }) => ({ groups: { all: [mode] }, ${text} }));`, [2322], key],
  [`defineConfig(async (): Promise<UserConfig> => ({ ${text} }));`, [2353, 2561], key],
  [`defineConfig(() => { if (Date.now() === 0) return config; return { ${text} }; });`, [2345], key],
  [`defineConfig((): UserConfig => ({ ${text} }));`, [2353, 2561], key],
]);

const APP = '{ source: ".", buildImage: { target: "b" }, tag: mode, method: "run" }';
const ACCEPTED: readonly string[] = [
  "defineConfig({});",
  "defineConfig(config);",
  "defineConfig(configFunction);",
  "defineConfig(() => config);",
  "defineConfig(async (): Promise<UserConfig> => config);",
  "defineConfig(() => JSON.parse(''));",
  `defineConfig(({ mode }) => ({ apps: { ...shared, api: ${APP} } }));`,
  `defineConfig(async ({ mode }) => ({ apps: { api: ${APP} }, profiles: { ci: { any: { thing: 1 } } } }));`,
  `defineConfig(({ mode }) => { if (mode === "ci") return {}; return { apps: { api: ${APP} } }; });`,
  `defineConfig(({ mode }) => ({ apps: matrix({ app: ["api"] }, ({ app }) => [app, ${APP}]) }));`,
  'defineConfig({ ...defineConfig({ groups: { all: ["api"] } }), images: {} });',
];

const STATEMENTS = [...IMPORTS, ...ACCEPTED, ...REFUSED.map(([statement]) => statement)];

test.each([
  ["written in JavaScript", checkInProcess],
  ["of this repository", checkNatively],
])("the TypeScript %s names each unknown key in one error", (_name, check) => {
  const problems = check(STATEMENTS.join("\n"));
  const expected = REFUSED.map(([statement]) => statement);
  expect(problems.map(({ line }) => STATEMENTS[line - 1])).toEqual(expected);
  for (const [index, [statement, codes, key]] of REFUSED.entries()) {
    expect(codes, statement).toContain(problems[index]?.code);
    expect(problems[index]?.message, statement).toContain(key);
  }
});

function checkInProcess(source: string): readonly TypeProblem[] {
  return checkTypes(join(import.meta.dirname, "sti.config.ts"), source).listProblems();
}

function checkNatively(source: string): readonly TypeProblem[] {
  const folder = mkdtempSync(join(tmpdir(), "sti-types-"));
  try {
    writeFileSync(join(folder, "sti.config.ts"), source);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      module: "nodenext",
      lib: ["es2022"],
      allowImportingTsExtensions: true,
      types: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions }));
    const compiler = join(import.meta.dirname, "../node_modules/.bin/tsc");
    const { stdout } = spawnSync(compiler, ["-p", folder, "--pretty", "false"], { encoding: "utf8" });
    return readProblems(stdout);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A problem is a line, and lines with details that are indented. */
function readProblems(output: string): readonly TypeProblem[] {
  return output
    .trim()
    .split(/\n(?! )/)
    .map((text) => {
      const [, line, code] = /\((\d+),\d+\): error TS(\d+): /.exec(text) ?? [];
      return { line: Number(line), code: Number(code), message: text };
    });
}
