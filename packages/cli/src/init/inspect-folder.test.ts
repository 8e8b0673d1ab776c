import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { inspectFolder } from "./inspect-folder.ts";

let parent: string;
let folder: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "sti-inspect-"));
  folder = join(parent, "project");
  mkdirSync(folder);
});
afterEach(() => rmSync(parent, { recursive: true }));

function write(files: Readonly<Record<string, string | Buffer>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const context = { env: { PATH: "/nonexistent" }, signal: new AbortController().signal };

const START = '{"name":"secret","scripts":{"start":"x"}}';

test("links are not followed, neither to files nor to folders", async () => {
  write({ "../outside/package.json": START, "api/package.json": START });
  symlinkSync("../outside", join(folder, "linked"));
  symlinkSync("../outside/package.json", join(folder, "package.json"));
  symlinkSync("/etc/passwd", join(folder, "Procfile"));
  const { candidates, remarks } = await inspectFolder(folder, context);
  expect(candidates.map(({ path }) => path)).toEqual(["api"]);
  expect(remarks).toContainEqual({ place: "package.json", reason: "is a symbolic link" });
});

test("packages of a workspace are those inside the folder", async () => {
  write({
    "package.json": '{"workspaces":["apps/*","../outside","linked/*","unnamed"]}',
    "apps/api/package.json": START,
    "unnamed/package.json": "{}",
    "../outside/package.json": START,
    "../more/one/package.json": START,
  });
  symlinkSync("../more", join(folder, "linked"));
  const { members, remarks } = await inspectFolder(folder, context);
  expect(members).toEqual([{ path: "apps/api", name: "secret" }]);
  expect(remarks).toEqual([
    { place: "unnamed/package.json", reason: "has no name; a package of a workspace needs one" },
  ]);
});

test("a workspace that cannot be read is a remark", async () => {
  write({ "package.json": '{"workspaces":["apps/*"]}', "apps/api/package.json": "{" });
  const { members, remarks } = await inspectFolder(folder, context);
  expect(members).toEqual([]);
  expect(remarks).toEqual([{ place: "workspace", reason: expect.stringContaining("apps/api/package.json") }]);
});

test("files that are too large, and those that are none, are remarks", async () => {
  write({ "compose.yaml": Buffer.alloc(5 * 1024 ** 2, "x"), "api/requirements.txt": "", "api/app.py": "" });
  execFileSync("mkfifo", [join(folder, "docker-bake.json")]);
  const { candidates, remarks } = await inspectFolder(folder, context);
  expect(candidates.map(({ path }) => path)).toEqual(["api"]);
  expect(remarks).toEqual([
    { place: "compose.yaml", reason: "is larger than 4 MiB" },
    { place: "docker-bake.json", reason: "is a named pipe" },
  ]);
});

test("a Dockerfile is read in one pass, whatever is in it", async () => {
  const blank = "\n".repeat(1024 ** 2);
  write({
    "api/Dockerfile": `${blank}FROM debian\n${blank}EXPOSE 80/tcp 81 82/udp $PORT\nEXPOSE 99999\n`,
    Dockerfile: "RUN x",
  });
  expect((await inspectFolder(folder, context)).dockerfiles).toEqual([
    { path: "api", file: "Dockerfile", ports: [80, 81], isBuilder: false },
  ]);
});

test("folders of dependencies and results are left out, and deep ones are not reached", async () => {
  const deep = "a/b/c/d/e/f";
  write({
    "node_modules/x/package.json": START,
    "dist/package.json": START,
    ".cache/package.json": START,
    [`${deep}/package.json`]: START,
  });
  expect((await inspectFolder(folder, context)).candidates).toEqual([]);
});

test("a compose file elsewhere, an override and a bake file in HCL are listed", async () => {
  write({
    "compose.yaml": "services: {}\n",
    "docker-compose.yml": "services: {}\n",
    "compose.override.yaml": "",
    "deploy/compose.yml": "",
    "docker-bake.hcl": 'target "api" {}',
  });
  expect((await inspectFolder(folder, context)).remarks).toEqual([
    { place: "docker-compose.yml", reason: "not read: compose.yaml comes first" },
    { place: "deploy/compose.yml", reason: "not read: it is not in the folder itself" },
    { place: "compose.override.yaml", reason: "overrides are not read" },
    {
      place: "docker-bake.hcl",
      reason:
        "not read: docker is not installed; write it as JSON: docker buildx bake --print api > docker-bake.json",
    },
  ]);
});
