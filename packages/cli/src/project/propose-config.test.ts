import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { Config } from "@sti/core/schema";
import { afterEach, beforeEach, expect, test } from "vitest";
import { printJson, printTypeScript } from "../print/print-proposal.ts";
import { proposeConfig } from "./propose-config.ts";

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "sti-init-")), "My Shop");
});
afterEach(() => rmSync(dirname(folder), { recursive: true }));

function fill(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const MONOREPO = {
  "package.json": '{"workspaces":["services/*"]}',
  "builders/node/Dockerfile": "FROM scratch",
  "builders/node/bin/prepare": "",
  "builders/python/Dockerfile": "FROM scratch",
  "builders/python/prepare": "",
  "services/api/package.json": "{}",
  "services/api/node_modules/x/package.json": "{}",
  "services/jobs/requirements.txt": "",
  "services/web/index.html": "",
  "tools/api/go.mod": "",
  "docs/index.html": "",
  "services/plain/Dockerfile": "FROM scratch",
};

test("images are folders with a Dockerfile and prepare; apps are folders with source, on the image of their kind", async () => {
  fill(MONOREPO);
  expect(await proposeConfig(folder)).toEqual({
    prefix: "my-shop",
    images: [
      { name: "node", context: "./builders/node", tag: "my-shop/node" },
      { name: "python", context: "./builders/python", tag: "my-shop/python" },
    ],
    apps: [
      { name: "api", source: "./services/api", kind: "node", buildImage: "my-shop/node", tag: "my-shop/api" },
      {
        name: "jobs",
        source: "./services/jobs",
        kind: "python",
        buildImage: "my-shop/python",
        tag: "my-shop/jobs",
      },
      {
        name: "web",
        source: "./services/web",
        kind: "static",
        buildImage: "my-shop/node",
        tag: "my-shop/web",
      },
      { name: "api-2", source: "./tools/api", kind: "go", buildImage: "my-shop/node", tag: "my-shop/api-2" },
    ],
  });
});

test("a folder that is one app is the app, on a build image to be made", async () => {
  fill({ "package.json": "{}" });
  const { apps } = await proposeConfig(folder);
  expect(apps).toMatchObject([{ name: "my-shop", source: ".", buildImage: "my-shop/node-builder" }]);
});

test("where nothing looks like an app, none is proposed", async () => {
  fill({ "notes.txt": "" });
  expect((await proposeConfig(folder)).apps).toEqual([]);
});

test("what is written is a config, in both forms the same", async () => {
  fill(MONOREPO);
  const proposal = await proposeConfig(folder);
  const json = JSON.parse(printJson(proposal));
  expect(Config.safeParse(json).success).toBe(true);
  const file = join(folder, "evaluated.mjs");
  const code = printTypeScript(proposal).replace(/^import .*$/m, "const defineConfig = (config) => config;");
  writeFileSync(file, code);
  expect(((await import(file)) as { default: unknown }).default).toEqual(json);
});
