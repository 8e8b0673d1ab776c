import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Failure } from "@sti/core";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type LoadConfigOptions, loadConfig } from "./load-config.ts";

let folder: string;

beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "sti config ü ")));
  // The search must not leave the test's folder.
  await mkdir(join(folder, ".git"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

async function load(options: Partial<LoadConfigOptions> = {}) {
  const result = await loadConfig({ cwd: folder, command: "run", ...options });
  if (!result.ok) throw new Error(JSON.stringify(result.failures, null, 2));
  return result.value;
}

async function failuresOf(options: Partial<LoadConfigOptions> = {}): Promise<readonly Failure[]> {
  const result = await loadConfig({ cwd: folder, command: "run", ...options });
  if (result.ok) throw new Error("the config was loaded");
  return result.failures;
}

async function failureOf<Code extends Failure["code"]>(code: Code, options?: Partial<LoadConfigOptions>) {
  const [failure, ...others] = await failuresOf(options);
  expect(others).toEqual([]);
  expect(failure).toMatchObject({ code });
  return failure as Extract<Failure, { code: Code }>;
}

const at = (name: string, line: number, column: number) => ({ file: join(folder, name), line, column });
const APP = { source: "./web", buildImage: "acme/builder", tag: "acme/web:dev" };
const APP_TEXT = JSON.stringify(APP);
const ONE_APP = { apps: { web: APP } };
const ONE_APP_TEXT = JSON.stringify(ONE_APP);
const ONE_APP_YAML = `apps:\n  web:\n    source: ./web\n    buildImage: acme/builder\n    tag: acme/web:dev\n`;

describe("finding", () => {
  const forms: Record<string, string> = {
    "sti.config.ts": `import { defineConfig } from "@sti/cli/config";\nexport default defineConfig(${ONE_APP_TEXT});`,
    "sti.config.mts": `import type { UserConfig } from "@sti/cli/config";\nexport default ${ONE_APP_TEXT} satisfies UserConfig;`,
    "sti.config.js": `export default ${ONE_APP_TEXT};`,
    "sti.config.mjs": `import { defineConfig } from "@sti/cli/config";\nexport default defineConfig(${ONE_APP_TEXT});`,
    "sti.config.cjs": `const { defineConfig } = require("@sti/cli/config");\nmodule.exports = defineConfig(${ONE_APP_TEXT});`,
    "sti.config.json": ONE_APP_TEXT,
    "sti.config.yaml": ONE_APP_YAML,
    "sti.config.yml": ONE_APP_YAML,
    "package.json": `{ "name": "shop", "sti": ${ONE_APP_TEXT} }`,
  };

  test.each(Object.keys(forms))("%s is a config", async (name) => {
    await write({ [name]: forms[name] ?? "" });
    const { file, directory, config, files } = await load();
    expect({ file, directory, config, files }).toEqual({
      file: join(folder, name),
      directory: folder,
      config: ONE_APP,
      files: [join(folder, name)],
    });
  });

  test("the earlier name of the entry for configs leads to it, too", async () => {
    await write({ "sti.config.ts": forms["sti.config.ts"]?.replace("@sti/cli/config", "@sti/config") ?? "" });
    expect((await load()).config).toEqual(ONE_APP);
  });

  test("a config is found from a folder below it, past the package.json of a package", async () => {
    await write({ "sti.config.json": "{}", "packages/web/package.json": "{}", "packages/web/src/a": "" });
    expect((await load({ cwd: join(folder, "packages/web/src") })).directory).toBe(folder);
  });

  test("without a config, the folders that were looked at are said", async () => {
    await write({ "a/b/file": "" });
    expect(await failureOf("config-not-found", { cwd: join(folder, "a/b") })).toEqual({
      code: "config-not-found",
      directory: join(folder, "a/b"),
      searched: [join(folder, "a/b"), join(folder, "a"), folder],
    });
  });

  test("the search ends at the root of the workspace", async () => {
    await write({ "sti.config.json": "{}", "shop/pnpm-workspace.yaml": "", "shop/web/file": "" });
    const { searched } = await failureOf("config-not-found", { cwd: join(folder, "shop/web") });
    expect(searched).toEqual([join(folder, "shop/web"), join(folder, "shop")]);
  });

  test("an empty config is not passed over", async () => {
    await write({ "sti.config.ts": "", "sti.config.json": "{}" });
    await failureOf("config-no-default-export");
  });

  test("a named config may be called anything", async () => {
    await write({ "build/images.yaml": "apps: {}", "sti.config.json": "{" });
    expect((await load({ file: "build/images.yaml" })).file).toBe(join(folder, "build/images.yaml"));
  });

  test("a named config that does not exist is not looked for elsewhere", async () => {
    await write({ "sti.config.json": "{}" });
    const { searched } = await failureOf("config-not-found", { file: "other.json" });
    expect(searched).toEqual([join(folder, "other.json")]);
  });

  test("a named config of a form that is not known is refused", async () => {
    await write({ "sti.toml": "" });
    await failureOf("config-unreadable", { file: "sti.toml" });
  });

  test("a file for cosmiconfig itself is neither run nor followed", async () => {
    await write({
      ".config/config.cjs": `require("fs").writeFileSync(__dirname + "/ran", "");module.exports = { searchPlaces: ["evil.json"] };`,
      "package.json": `{ "cosmiconfig": { "searchPlaces": ["evil.json"], "mergeSearchPlaces": false } }`,
      "evil.json": "{}",
    });
    const before = process.cwd();
    process.chdir(folder);
    try {
      await failureOf("config-not-found");
    } finally {
      process.chdir(before);
    }
  });

  test("a config that is a symbolic link belongs to the folder of the link", async () => {
    await write({
      "shared/real.ts": `import { tag } from "./tag.ts";\nexport default { apps: { web: { tag } } };`,
      "shared/tag.ts": `export const tag = "a";`,
      "shop/x": "",
    });
    await symlink("../shared/real.ts", join(folder, "shop/sti.config.ts"));
    const failures = await failuresOf({ cwd: join(folder, "shop") });
    expect(failures[0]).toMatchObject({
      path: ["apps", "web", "source"],
      location: at("shop/sti.config.ts", 2, 26),
    });
  });
});

describe("running code", () => {
  test("the files that a config imports are listed, without those of packages", async () => {
    await write({
      "sti.config.ts": `import { a } from "./a.ts";\nimport "dep";\nexport default { apps: a };`,
      "a.ts": `import b from "./b.json" with { type: "json" };\nexport const a: object = b;`,
      "b.json": "{}",
      "node_modules/dep/index.js": "",
      "node_modules/dep/package.json": `{ "name": "dep", "main": "index.js" }`,
    });
    const names = ["sti.config.ts", "a.ts", "b.json"];
    expect((await load()).files).toEqual(names.map((name) => join(folder, name)));
  });

  test("a second load sees a change in an imported file", async () => {
    await write({
      "sti.config.ts": `import { n } from "./n.ts";\nexport default { concurrency: n };`,
      "n.ts": "export const n: number = 1;",
    });
    const first = await load();
    await write({ "n.ts": "export const n: number = 2;" });
    const second = await load();
    expect([first.config.concurrency, second.config.concurrency]).toEqual([1, 2]);
  });

  test("a config finds matrix beside defineConfig", async () => {
    await write({
      "sti.config.ts": `import { defineConfig, matrix } from "@sti/cli/config";
        export default defineConfig({ apps: matrix({ name: ["web"] }, ({ name }) => [name, ${APP_TEXT}]) });`,
    });
    expect((await load()).config).toEqual(ONE_APP);
  });

  test("defineConfig is that of the program, whatever version the project has", async () => {
    await write({
      "sti.config.mjs": `import { defineConfig } from "@sti/cli/config";\nexport default defineConfig({ concurrency: 3 });`,
      "node_modules/@sti/cli/package.json": `{ "name": "@sti/cli", "type": "module", "exports": { "./config": "./i.js" } }`,
      "node_modules/@sti/cli/i.js": "export const defineConfig = () => ({ concurrency: 7 });",
    });
    expect((await load()).config.concurrency).toBe(3);
  });

  test("what a config prints is handed over and not part of our output", async () => {
    await write({
      "sti.config.ts": `console.log("out"); console.error("err"); process.stdout.write("raw");\nexport default {};`,
    });
    let output = "";
    await load({
      onOutput: (text) => {
        output += text;
      },
    });
    expect(output).toBe("out\nerr\nraw");
  });

  test("Node's remarks on TypeScript and on a package without a type are kept quiet", async () => {
    await write({ "package.json": "{}", "sti.config.ts": "export default {};" });
    let output = "";
    await load({
      onOutput: (text) => {
        output += text;
      },
    });
    expect(output).toBe("");
  });

  test("what a config changes in its process does not reach ours", async () => {
    await write({ "sti.config.js": `process.env.STI_TEST_LEAK = "1";\nexport default {};` });
    await load();
    expect(process.env.STI_TEST_LEAK).toBeUndefined();
  });

  test("a default export that is a promise is awaited", async () => {
    await write({ "sti.config.mjs": "export default Promise.resolve({ concurrency: 3 });" });
    expect((await load()).config.concurrency).toBe(3);
  });

  test.each([
    ["an endless loop", "while (true);\nexport default {};"],
    ["an await that never ends", "await new Promise(() => {});\nexport default {};"],
    ["a promise that never settles", "export default new Promise(() => {});"],
  ])("%s is ended", async (_, text) => {
    await write({ "sti.config.mjs": text });
    const { seconds } = await failureOf("config-timeout", { timeoutMs: 200 });
    expect(seconds).toBe(0.2);
  });

  test("what was printed before process.exit is handed over", async () => {
    await write({ "sti.config.mjs": `console.log("before");\nprocess.exit();` });
    let output = "";
    await failureOf("config-exited", {
      onOutput: (text) => {
        output += text;
      },
    });
    expect(output).toBe("before\n");
  });

  test.each([0, 3])("process.exit(%i) ends the load only", async (code) => {
    await write({ "sti.config.ts": `process.exit(${code});\nexport default {};` });
    expect(await failureOf("config-exited")).toEqual({
      code: "config-exited",
      file: join(folder, "sti.config.ts"),
      exitCode: code,
    });
  });

  test.each([
    ["sti.config.ts", `import { defineConfig } from "@sti/cli/config";\ndefineConfig({});`],
    ["sti.config.js", "export const config = {};"],
    ["sti.config.cjs", "const config = {};"],
  ])("%s without a default export is refused", async (name, text) => {
    await write({ [name]: text });
    await failureOf("config-no-default-export");
  });

  test.each([
    ["a function", `() => "a"`, "must be plain data, but is a function"],
    ["a symbol", "Symbol()", "must be plain data, but is a symbol"],
    ["a bigint", "1n", "must be plain data, but is a bigint"],
    ["an instance", "new Date()", "must be plain data, but is an instance of Date"],
    ["a promise", `Promise.resolve("a")`, "must be plain data, but is a promise (await is missing)"],
    ["a cycle", "cycle", "must be plain data, but contains itself"],
  ])("%s in a config is refused where it stands", async (_, value, message) => {
    await write({
      "sti.config.ts": `const apps: any = {}; const cycle = apps;\nObject.assign(apps, { web: { tag: ${value} } });\nexport default {\n  apps,\n};`,
    });
    const { path, location, ...rest } = await failureOf("config-invalid");
    expect(rest).toEqual({ code: "config-invalid", message });
    expect(path).toEqual(["apps", "web", "tag"]);
    expect(location).toEqual(at("sti.config.ts", 4, 3));
  });
});

describe("code that fails", () => {
  test("a throwing config is placed at the user's topmost line", async () => {
    await write({
      "sti.config.ts": `import { f } from "./f.ts";\nexport default { apps: f("x") };\n`,
      "f.ts": `type A = string;\nexport const f = (x: A) => {\n  throw new TypeError("bad " + x);\n};\n`,
    });
    expect(await failureOf("config-threw")).toEqual({
      code: "config-threw",
      file: join(folder, "sti.config.ts"),
      message: "TypeError: bad x",
      location: at("f.ts", 3, 9),
      frame: [
        "  1 | type A = string;",
        "  2 | export const f = (x: A) => {",
        `> 3 |   throw new TypeError("bad " + x);`,
        "    |         ^",
      ].join("\n"),
    });
  });

  test("a promise that a config leaves to fail is not lost", async () => {
    await write({ "sti.config.mjs": `Promise.reject(new Error("late"));\nexport default {};` });
    expect(await failureOf("config-threw")).toMatchObject({
      message: "late",
      location: at("sti.config.mjs", 1, 16),
    });
  });

  test("a thrown value that is no error is reported", async () => {
    await write({ "sti.config.mjs": `throw "nothing";` });
    expect((await failureOf("config-threw")).message).toBe("threw string: nothing");
  });

  test("a SyntaxError that running code throws is not taken for one of the file", async () => {
    await write({ "sti.config.mjs": `export default JSON.parse("{");` });
    expect(await failureOf("config-threw")).toMatchObject({ location: at("sti.config.mjs", 1, 21) });
  });

  test.each([
    ["sti.config.ts", "const a: number = 1;\nexport default { a: , };", 2, 21],
    ["sti.config.mjs", "const a = 1;\nexport default { a: , };", 2, 21],
    ["sti.config.js", "const a = 1;\r\nexport default { a: , };", 2, 21],
    ["sti.config.cjs", "const a = 1;\nmodule.exports = { a: , };", 2, 23],
    ["sti.config.ts", "enum Color { Red }\nexport default {};", 1, 1],
    ["sti.config.mjs", `import { join, nope } from "node:path";\nexport default {};`, 1, 16],
  ])("a mistake of syntax in %s is placed exactly: %j", async (name, text, line, column) => {
    await write({ [name]: text });
    const failure = await failureOf("config-syntax");
    expect(failure.location).toEqual(at(name, line, column));
    expect(failure.frame).toContain(`> ${line} |`);
  });

  test("a mistake of syntax in an imported file is placed there", async () => {
    await write({
      "sti.config.mjs": `import "./a.mjs";\nimport "./b.mjs";\nexport default {};`,
      "a.mjs": "export {};",
      "b.mjs": "\nexport const = 1;",
    });
    expect((await failureOf("config-syntax")).location).toEqual(at("b.mjs", 2, 14));
  });

  test("TypeScript that makes code is refused with the reason", async () => {
    await write({ "sti.config.ts": "enum Color { Red }\nexport default {};" });
    expect((await failureOf("config-syntax")).message).toMatch(/enum.*types are removed, not compiled/);
  });

  test.each([
    [
      "sti.config.ts",
      `\nimport x from "not-there";\nexport default x;`,
      2,
      15,
      "Cannot find package 'not-there'",
    ],
    ["sti.config.cjs", `const x =\n  require("not-there");`, 2, 11, "Cannot find module 'not-there'"],
    ["sti.config.mjs", `import "./none.js";`, 1, 8, `cannot find "./none.js"`],
    ["sti.config.mjs", `const a = await import('./i');`, 1, 24, `cannot find "./i"`],
  ])(
    "an import in %s that leads nowhere is placed at the import: %j",
    async (name, text, line, column, message) => {
      await write({ [name]: text, "h.ts": "" });
      const failure = await failureOf("config-threw");
      expect(failure).toMatchObject({ message, location: at(name, line, column) });
    },
  );
});

describe("data files", () => {
  test.each([
    ["sti.config.json", `{\n  "apps": {},\n}`, 2, 13, "JSON has no comma after the last entry"],
    ["sti.config.json", `{\n  // no\n}`, 2, 3, "JSON has no comments; a .yaml or .ts config has"],
    ["sti.config.json", `{ "apps": {}, "apps": {} }`, 1, 15, `the key "apps" is given twice`],
    ["sti.config.json", "", 1, 1, "the file is empty"],
    ["sti.config.json", `{ "apps": nope }`, 1, 11, `expected a value, but found "n"`],
    ["sti.config.json", `{ "apps": {`, 1, 12, "expected a key in double quotes, but the file ends"],
    ["sti.config.json", `{} x`, 1, 4, `expected the end of the file, but found "x"`],
    ["sti.config.yaml", "apps:\n  a: 1\n  a: 2\n", 3, 3, "Map keys must be unique"],
    [
      "sti.config.yaml",
      "apps: [\n",
      2,
      1,
      "Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  ])("a mistake in %s is placed exactly: %j", async (name, text, line, column, message) => {
    await write({ [name]: text });
    const failure = await failureOf("config-syntax");
    expect(failure).toMatchObject({ location: at(name, line, column), message });
  });

  test("YAML's merge keys are followed, also to the place", async () => {
    await write({
      "sti.config.yaml": `apps:\n  a: &app\n    source: ./a\n    buildImage: b\n    tag: 5\n  b:\n    <<: *app\n    source: ./b\n`,
    });
    const failures = await failuresOf();
    expect(failures).toMatchObject([
      { path: ["apps", "a", "tag"], location: at("sti.config.yaml", 5, 5) },
      { path: ["apps", "b", "tag"], location: at("sti.config.yaml", 5, 5) },
    ]);
  });

  test("a YAML file whose aliases multiply without end is refused", async () => {
    const line = (name: string, of: string) => `${name}: &${name} [${Array(10).fill(`*${of}`).join(", ")}]\n`;
    const lines = ["b", "c", "d", "e", "f"].map((name, index) => line(name, "abcde"[index] ?? ""));
    await write({ "sti.config.yaml": `a: &a [x]\n${lines.join("")}` });
    await failureOf("config-syntax");
  });

  test("a place in package.json is that under its key", async () => {
    await write({ "package.json": `{\n  "name": "shop",\n  "sti": {\n    "concurency": 1\n  }\n}` });
    expect(await failureOf("config-unknown-key")).toMatchObject({
      path: ["concurency"],
      suggestion: "concurrency",
      location: at("package.json", 4, 5),
    });
  });
});

describe("odd files", () => {
  const TYPED = `import { defineConfig } from "@sti/cli/config";\nexport default defineConfig({\n  foo: 1,\n});\n`;

  test.each([
    ["a byte order mark", `\uFEFF${TYPED}`],
    ["CR LF", TYPED.replaceAll("\n", "\r\n")],
  ])("%s leaves places right", async (_, text) => {
    await write({ "sti.config.ts": text });
    expect((await failureOf("config-unknown-key")).location).toEqual(at("sti.config.ts", 3, 3));
  });

  test.each([
    ["sti.config.json", `{ "foo": 1 }`, 3],
    ["sti.config.yaml", "foo: 1", 1],
    ["sti.config.mjs", "export default { foo: 1 };", 18],
  ])("a byte order mark in %s is no column", async (name, text, column) => {
    await write({ [name]: `\uFEFF${text}` });
    expect((await failureOf("config-unknown-key")).location).toEqual(at(name, 1, column));
  });

  test("a folder with a newline, quotes and a percent sign in its name works", async () => {
    const odd = "a\nb%20'\"#?";
    await write({
      [`${odd}/sti.config.ts`]: `import { n } from "./n.ts";\nexport default { concurrency: n, foo: 1 };`,
      [`${odd}/n.ts`]: "export const n = 1;",
    });
    const { location } = await failureOf("config-unknown-key", { cwd: join(folder, odd) });
    expect(location).toEqual(at(`${odd}/sti.config.ts`, 2, 34));
  });

  test("a config with 500 apps is loaded, and a mistake in the last is placed", async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `    app${index}: ${APP_TEXT},`);
    await write({ "sti.config.ts": `export default {\n  apps: {\n${lines.join("\n")}\n  },\n};\n` });
    const loaded = await load();
    expect(Object.keys(loaded.config.apps ?? {})).toHaveLength(500);
    expect(loaded.locate(["apps", "app499", "tag"])).toMatchObject({ line: 502 });
  });
});

describe("a config that is a function", () => {
  const TEXT = `import { defineConfig } from "@sti/cli/config";
export default defineConfig(async ({ command, env, mode }) => {
  const tag = \`acme/web:\${mode}-\${command}-\${env.STI_TEST_TAG}\`;
  return {
    apps: { web: { source: "./web", buildImage: "acme/builder", tag } },
  };
});
`;

  test("gets the mode, the command and the environment", async () => {
    await write({ "sti.config.ts": TEXT });
    vi.stubEnv("STI_TEST_TAG", "x");
    const { config } = await load({ command: "plan", mode: "production" });
    expect(config.apps?.web?.tag).toBe("acme/web:production-plan-x");
    expect((await load()).config.apps?.web?.tag).toBe("acme/web:development-run-x");
    vi.unstubAllEnvs();
  });

  test("is located where it returns its parts", async () => {
    await write({
      "sti.config.ts": TEXT.replace("buildImage", "buildimage").replace("env.STI_TEST_TAG", "1"),
    });
    const failure = await failureOf("config-unknown-key");
    expect(failure.location).toEqual(at("sti.config.ts", 5, 37));
  });

  test("that throws is reported like a config that throws", async () => {
    await write({ "sti.config.mjs": `export default () => {\n  throw new Error("no");\n};` });
    expect(await failureOf("config-threw")).toMatchObject({ location: { line: 2 } });
  });
});

describe("values of the command line", () => {
  test("take the place of written ones", async () => {
    await write({ "sti.config.json": ONE_APP_TEXT });
    const { config } = await load({ set: ["apps.web.tag=acme/web:ci", "concurrency=2"] });
    expect(config).toMatchObject({ concurrency: 2, apps: { web: { tag: "acme/web:ci" } } });
  });

  test("that are wrong are named in place of a location in the file", async () => {
    await write({ "sti.config.json": ONE_APP_TEXT });
    const failure = await failureOf("config-invalid", { set: ["apps.web.tag=1"] });
    expect(failure).toMatchObject({ path: ["apps", "web", "tag"], override: "apps.web.tag=1" });
    expect(failure).not.toHaveProperty("location");
  });
});

describe("the files that a config was read from", () => {
  async function filesOf(options: Partial<LoadConfigOptions> = {}): Promise<readonly string[]> {
    const found: string[] = [];
    await loadConfig({ cwd: folder, command: "run", ...options, onFiles: (files) => found.push(...files) });
    return found.map((file) => file.slice(folder.length + 1)).sort();
  }

  test("are reported for a valid config and for a refused one", async () => {
    await write({
      "sti.config.ts": `import "./shared.ts";\nexport default ${ONE_APP_TEXT};`,
      "shared.ts": "",
    });
    expect([...new Set(await filesOf())]).toEqual(["shared.ts", "sti.config.ts"]);
    await write({ "shared.ts": "throw new Error('broken')" });
    expect([...new Set(await filesOf())]).toEqual(["shared.ts", "sti.config.ts"]);
    await write({ "sti.config.ts": `import "./shared.ts";\nexport default { apps: 1 };`, "shared.ts": "" });
    expect([...new Set(await filesOf())]).toEqual(["shared.ts", "sti.config.ts"]);
  });

  test("are also those that it imports and that are not there", async () => {
    await write({ "sti.config.ts": `import "./missing.ts";\nexport default ${ONE_APP_TEXT};` });
    expect(await filesOf()).toContain("missing.ts");
  });

  test("are reported for data that cannot be parsed", async () => {
    await write({ "sti.config.json": "{" });
    expect(await filesOf()).toEqual(["sti.config.json"]);
  });
});
