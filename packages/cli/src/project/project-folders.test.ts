import { mkdtempSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { cacheDirectory } from "../process/cache-directory.ts";
import { foldersWithoutConfig, projectFolders } from "./project-folders.ts";

function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "sti-folders-")));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

test("a project's memory is in the user's cache folder, whatever path leads to the project", () => {
  const folder = makeFolder();
  symlinkSync(folder, `${folder}-link`);
  onTestFinished(() => rmSync(`${folder}-link`));
  const env = { XDG_CACHE_HOME: "/cache" };
  const { logs, memory, repositories } = projectFolders(folder, env);
  expect(memory.path).toMatch(/^\/cache\/sti\/projects\/sti-folders-\w+-[0-9a-f]{16}$/);
  expect(repositories.path).toBe("/cache/sti/git");
  expect(logs).toMatchObject({ beside: folder, instead: { path: join(memory.path, "logs") } });
  expect(projectFolders(`${folder}-link`, env).memory.path).toBe(memory.path);
  expect(projectFolders(join(folder, ".."), env).memory.path).not.toBe(memory.path);
});

test("a build without a config is remembered by its tag, and writes to no folder but the cache", () => {
  const env = { XDG_CACHE_HOME: "/cache" };
  const { logs, memory } = foldersWithoutConfig("registry.test:5000/acme/../api:1", env);
  expect(memory.path).toMatch(/^\/cache\/sti\/projects\/api-1-[0-9a-f]{16}$/);
  expect(logs.beside).toBeUndefined();
  expect(foldersWithoutConfig("acme/api:1", env).memory.path).not.toBe(memory.path);
});

test.each([
  [{ XDG_CACHE_HOME: "/cache", HOME: "/home/me" }, "/cache/sti"],
  [{ XDG_CACHE_HOME: "", HOME: "/home/me" }, "/home/me/.cache/sti"],
  // It would lead into the checkout.
  [{ XDG_CACHE_HOME: ".cache", HOME: "/home/me" }, "/home/me/.cache/sti"],
])("with %o the cache folder is %s", (env, expected) => {
  expect(cacheDirectory(env)).toBe(expected);
});
