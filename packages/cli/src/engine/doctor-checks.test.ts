import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  checkCredentials,
  checkDisk,
  checkEngineVersion,
  checkGit,
  checkResources,
  checkWatches,
} from "./doctor-checks.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sti-doctor-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ENGINE = {
  version: "20.10.24",
  apiVersion: "1.41",
  os: "linux",
  architecture: "amd64",
  cpus: 2,
  memory: 8e9,
};

test.each([
  [ENGINE, "ok"],
  [{ ...ENGINE, apiVersion: "1.48" }, "ok"],
  [{ ...ENGINE, apiVersion: "1.40" }, "problem"],
  [{ ...ENGINE, os: "windows" }, "problem"],
])("of the engine %j the version is judged as %s", (engine, state) => {
  expect(checkEngineVersion(engine)).toMatchObject({ state });
});

test("an engine with little memory gets a warning", () => {
  expect(checkResources({ ...ENGINE, memory: 5e8 })).toMatchObject({ state: "warning" });
});

test("a disk that cannot be asked is a warning, not the end", async () => {
  expect(await checkDisk("x", join(folder, "absent"))).toMatchObject({ state: "warning" });
});

test("git that is not on the path is named, with what it is for", async () => {
  expect(await checkGit({ PATH: folder })).toMatchObject({ state: "warning", found: "not on PATH" });
  writeFileSync(join(folder, "git"), "", { mode: 0o755 });
  expect(await checkGit({ PATH: `:${folder}` })).toMatchObject({ state: "ok", found: join(folder, "git") });
});

describe("registry credentials", () => {
  const check = (config: string) => {
    writeFileSync(join(folder, "config.json"), config);
    return checkCredentials({ DOCKER_CONFIG: folder, PATH: folder }, "/absent");
  };

  test("are none without docker's config", async () => {
    expect(await checkCredentials({ DOCKER_CONFIG: folder }, "/absent")).toMatchObject({ state: "ok" });
  });

  test("are listed by registry, never by what they are", async () => {
    const found = await check(JSON.stringify({ auths: { "r.test": { auth: "c2VjcmV0" } } }));
    expect(found).toEqual({ check: "registry credentials", state: "ok", found: "r.test" });
  });

  test("of a helper that is not installed are a problem", async () => {
    const config = JSON.stringify({ credsStore: "desktop", credHelpers: { "r.test": "here" } });
    writeFileSync(join(folder, "docker-credential-here"), "", { mode: 0o755 });
    expect(await check(config)).toMatchObject({
      state: "problem",
      found: expect.stringContaining("names docker-credential-desktop, which is not on PATH"),
    });
  });

  test("in a broken file are a problem that quotes nothing of it", async () => {
    const found = await check('{"auths": secret');
    expect(found.state).toBe("problem");
    expect(JSON.stringify(found)).not.toContain("secret");
  });
});

test("limits of file watching are judged where there are any", async () => {
  expect(await checkWatches(join(folder, "absent"))).toBeUndefined();
  writeFileSync(join(folder, "max_user_watches"), "8192\n");
  writeFileSync(join(folder, "max_user_instances"), "1024\n");
  expect(await checkWatches(folder)).toMatchObject({
    state: "warning",
    fix: expect.stringContaining("fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=1024"),
  });
  writeFileSync(join(folder, "max_user_watches"), "65536\n");
  expect(await checkWatches(folder)).toMatchObject({ state: "ok" });
});
