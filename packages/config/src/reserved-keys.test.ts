import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resolveTargets } from "@sti/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { type LoadConfigOptions, loadConfig } from "./load-config.ts";

let root: string;
let folders = 0;

beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "sti-names-")));
});
afterAll(() => rmSync(root, { recursive: true }));

async function load(file: string, text: string, options: Partial<LoadConfigOptions> = {}) {
  folders += 1;
  const folder = join(root, String(folders));
  mkdirSync(join(folder, ".git"), { recursive: true });
  writeFileSync(join(folder, file), text);
  return { folder, result: await loadConfig({ cwd: folder, command: "run", ...options }) };
}

const app = (name: string) => ({
  source: "./a",
  buildImage: "acme/builder",
  tag: "acme/web:dev",
  env: { [name]: "1" },
  buildEnv: { [name]: "1" },
  labels: { [name]: "1" },
  secrets: { [name]: { env: "X" } },
});
const image = (name: string) => ({ context: "./b", tag: "acme/b:dev", args: { [name]: "1" } });

/** With one name at every place where names are the user's. */
const everywhere = (name: string) => ({
  images: { [name]: image(name) },
  apps: { web: app(name), [`${name}2`]: { ...app(name), tag: "acme/w:2" } },
  groups: { [name]: ["web"] },
  profiles: { [name]: { apps: { web: { labels: { [name]: "2" } } } } },
});
const PLACES = [
  ["images"],
  ["apps", "web", "env"],
  ["apps", "web", "buildEnv"],
  ["apps", "web", "labels"],
  ["apps", "web", "secrets"],
  ["groups"],
  ["profiles"],
];

const FORMATS: Readonly<Record<string, (config: unknown) => string>> = {
  "sti.config.json": (config) => JSON.stringify(config, null, 2),
  "sti.config.yaml": (config) => stringify(config),
  "package.json": (config) => JSON.stringify({ sti: config }, null, 2),
  "sti.config.ts": (config) => `export default ${JSON.stringify(config, null, 2)};`,
};

describe.each(Object.entries(FORMATS))("%s", (file, print) => {
  test.each(["constructor", "prototype", "toString", "hasOwnProperty", "valueOf"])(
    "an entry called %s is one as any other",
    async (name) => {
      const { result } = await load(file, print(everywhere(name)), { profile: [name] });
      if (!result.ok) throw new Error(JSON.stringify(result.failures));
      const { apps = {}, groups = {}, images = {} } = result.value.config;
      expect(Object.keys(images)).toEqual([name]);
      expect(Object.keys(groups)).toEqual([name]);
      expect(apps.web).toMatchObject({ env: { [name]: "1" }, labels: { [name]: "2" } });
      const targets = resolveTargets(result.value.config);
      expect(targets.ok && targets.value.map((target) => target.name)).toEqual([name, "web", `${name}2`]);
    },
  );

  test.each(PLACES)("__proto__ at %s.%s.%s is refused where it is written", async (...place) => {
    const config = everywhere("other") as object;
    const text = print(config);
    const line = lineOfPlace(text, place);
    const { folder, result } = await load(file, replaceKey(text, line, file.endsWith(".ts")));
    expect(result.ok ? [] : result.failures).toMatchObject([
      {
        code: "config-invalid",
        path: [...place.filter((key) => key !== undefined), "__proto__"],
        message: 'cannot be called "__proto__": JavaScript keeps that name for itself',
        location: { file: join(folder, file), line: line + 1 },
      },
    ]);
  });
});

test("__proto__ is refused in a value from the command line", async () => {
  const { result } = await load("sti.config.json", JSON.stringify(everywhere("a")), {
    set: ['apps.web.env={"__proto__":"1"}'],
  });
  expect(result.ok ? [] : result.failures).toMatchObject([
    { code: "config-invalid", path: ["apps", "web", "env", "__proto__"] },
  ]);
});

test("__proto__ is refused where code makes it an entry", async () => {
  const { result } = await load(
    "sti.config.mjs",
    'export default { groups: Object.fromEntries([["__proto__", ["web"]]]) };',
  );
  expect(result.ok ? [] : result.failures).toMatchObject([{ path: ["groups", "__proto__"] }]);
});

/** Index of the line that has the first key below a place. */
function lineOfPlace(text: string, place: readonly (string | undefined)[]): number {
  const lines = text.split("\n");
  let at = 0;
  for (const key of place) {
    if (key === undefined) continue;
    at = lines.findIndex((line, index) => index >= at && new RegExp(`^\\s*"?${key}"?:`).test(line)) + 1;
  }
  return at;
}

/** In code an object or a list becomes the prototype; text only does as a computed key, else JavaScript drops it. */
function replaceKey(text: string, line: number, isCode: boolean): string {
  const lines = text.split("\n");
  const isText = lines[line]?.includes(': "1"') === true;
  const key = isCode && isText ? '["__proto__"]' : '"__proto__"';
  return lines.map((one, index) => (index === line ? one.replace(/"?other"?(?=:)/, key) : one)).join("\n");
}
