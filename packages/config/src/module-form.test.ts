import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { loadConfig } from "./load-config.ts";

const APP = `{ source: "web", buildImage: "acme/builder", tag: TAG }`;

async function load(files: Readonly<Record<string, string>>, file: string) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "sti-form-")));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries({ ".git/HEAD": "", ...files })) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return await loadConfig({ cwd: folder, command: "run", file });
}

const types = ["module", "commonjs", undefined];
const extensions = [".ts", ".mts", ".cts", ".js", ".mjs", ".cjs"];
const styles = ["import", "require"] as const;
const cells = types.flatMap((type) =>
  extensions.flatMap((extension) => styles.map((style) => ({ type, extension, style }))),
);

/** Node knows a module by its extension, or for .js and .ts by its package. */
function isModule(type: string | undefined, extension: string): boolean {
  return extension.startsWith(".m") || (type === "module" && !extension.startsWith(".c"));
}

test.each(cells)(
  "type $type, a $extension config and its import by $style",
  async ({ type, extension, style }) => {
    const typed = extension.endsWith("ts") ? ": string" : "";
    const other = `./other${extension}`;
    const texts = {
      import: [
        `export const TAG${typed} = "acme/web";\n`,
        `import { TAG } from "${other}";\nconst tag${typed} = TAG;\nexport default { apps: { web: ${APP.replace("TAG", "tag")} } };\n`,
      ],
      require: [
        `const TAG${typed} = "acme/web";\nmodule.exports = { TAG };\n`,
        `const { TAG } = require("${other}");\nmodule.exports = { apps: { web: ${APP} } };\n`,
      ],
    } as const;
    const [imported, config] = texts[style];
    const loaded = await load(
      {
        "package.json": JSON.stringify({ name: "shop", type }),
        [`other${extension}`]: imported,
        [`sti.config${extension}`]: config,
      },
      `sti.config${extension}`,
    );
    if (style === "require" && isModule(type, extension)) {
      expect(loaded).toMatchObject({
        failures: [
          {
            code: "config-threw",
            message:
              "require is not defined in a module: write import and export default, or name the file sti.config.cjs",
            location: { line: 1, column: 17 },
          },
        ],
      });
    } else expect(loaded).toMatchObject({ value: { config: { apps: { web: { tag: "acme/web" } } } } });
  },
);

test.each<[importer: string, specifier: string, file: string]>([
  ["sti.config.ts", "./shared/base", "shared/base.ts"],
  ["sti.config.ts", "./shared/base.js", "shared/base.ts"],
  ["sti.config.mts", "./shared/base.mjs", "shared/base.mts"],
  ["sti.config.ts", "./shared", "shared/index.ts"],
  ["sti.config.ts", "./shared/", "shared/index.js"],
  ["sti.config.js", "./shared/base", "shared/base.mjs"],
  ["sti.config.ts", "./shared/base.config", "shared/base.config.ts"],
])("%s imports %j as TypeScript does: %s", async (importer, specifier, file) => {
  const config = `import { TAG } from "${specifier}";\nexport default { apps: { web: ${APP} } };\n`;
  const loaded = await load({ [importer]: config, [file]: `export const TAG = "acme/web";\n` }, importer);
  expect(loaded).toMatchObject({ value: { config: { apps: { web: { tag: "acme/web" } } } } });
});

test("an import by the paths of a tsconfig.json is refused with the line to write", async () => {
  const files = {
    "tsconfig.json": `{ "compilerOptions": { "paths": { "@lib/*": ["./lib/*"] } } } // ours\n`,
    "lib/base.ts": `export const TAG = "acme/web";\n`,
    "sti.config.ts": `import { TAG } from "@lib/base";\nexport default { apps: { web: ${APP} } };\n`,
  };
  expect(await load(files, "sti.config.ts")).toMatchObject({
    failures: [
      {
        code: "config-threw",
        message: `Cannot find package '@lib/base': the paths of tsconfig.json do not count in a config; import "./lib/base.ts"`,
        location: { line: 1, column: 21 },
      },
    ],
  });
});

test("a broken tsconfig.json does not hide the import that leads nowhere", async () => {
  const files = { "tsconfig.json": "{ nope", "sti.config.ts": `import "@lib/base";\nexport default {};\n` };
  expect(await load(files, "sti.config.ts")).toMatchObject({
    failures: [{ code: "config-threw", message: "Cannot find package '@lib/base'" }],
  });
});

test.each([
  ["enum Color { Red }", /write `const Color = \{ Red: "red" \} as const`/],
  ["namespace A { export const x = 1 }", /write an object or a file of its own/],
  ["class A { constructor(private x: number) {} }", /declare the field and assign it/],
])("%s is refused with the code to write", async (text, message) => {
  const loaded = await load({ "sti.config.ts": `${text}\nexport default {};\n` }, "sti.config.ts");
  expect(loaded).toMatchObject({ failures: [{ message: expect.stringMatching(message) }] });
});
