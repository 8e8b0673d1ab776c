// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the variables of the files
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { printBake } from "./print-bake.ts";

let programs: string;
beforeEach(() => {
  programs = mkdtempSync(join(tmpdir(), "sti-docker-"));
  vi.stubEnv("TMPDIR", programs);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(programs, { recursive: true });
});

/** A program `docker` of this shell script; `$1` is "buildx". */
function writeDocker(script: string): void {
  const file = join(programs, "docker");
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
}

/** The plugin answers for its version; then comes the script. */
const WITH_PLUGIN = 'test "$2" = version && exit';

const FILE = { name: "docker-bake.hcl", text: 'variable "TAG" {}\ntarget "api" {}\ntarget "web" {}\n' };

function print(timeLimit = 20_000, signal = new AbortController().signal) {
  const env = { PATH: `${programs}:/usr/bin:/bin`, HOME: programs, SECRET: "s3cret" };
  return printBake([FILE], { env, signal, timeLimit });
}

const JSON_COMMAND = "write it as JSON: docker buildx bake --print api web > docker-bake.json";
const unread = (problem: string) => ({
  targets: [],
  remarks: [{ place: "docker-bake.hcl", reason: `not read: ${problem}; ${JSON_COMMAND}` }],
});

describe("a bake file is listed with the reason and the command that writes it as JSON", () => {
  test.each([
    ["docker: 'buildx' is not a docker command.\nSee 'docker --help'", 1, "docker has no plugin buildx"],
    ["docker: unknown command: docker buildx\n\nRun 'docker --help'", 1, "docker has no plugin buildx"],
    ["Cannot run: no memory", 3, "Cannot run: no memory"],
    ["", 3, "docker failed (3)"],
  ])("if docker answers %j", async (words, code, problem) => {
    writeDocker(`printf '%s\\n' "${words}" >&2; exit ${code}`);
    expect(await print()).toEqual(unread(problem));
  });

  test("if there is no docker, or none that can be started", async () => {
    const env = { PATH: programs };
    const { signal } = new AbortController();
    expect(await printBake([FILE], { env, signal })).toEqual(unread("docker is not installed"));
    writeFileSync(join(programs, "docker"), "", { mode: 0o644 });
    expect(await printBake([FILE], { env, signal })).toEqual(unread("docker failed (EACCES)"));
  });

  test("if bake refuses it, in bake's words", async () => {
    writeDocker(
      `${WITH_PLUGIN}; printf '#1 DONE\\ndocker-bake.hcl:2\\nERROR: docker-bake.hcl:2,16-16: Invalid value\\n' >&2; exit 1`,
    );
    expect(await print()).toEqual(unread("docker-bake.hcl:2,16-16: Invalid value"));
  });

  test("if bake prints something else, or too much", async () => {
    writeDocker(`${WITH_PLUGIN}; echo hello`);
    expect(await print()).toEqual(unread("docker printed something other than JSON"));
    writeDocker(`${WITH_PLUGIN}; yes`);
    expect(await print()).toEqual(unread("docker printed more than 4 MiB"));
  });

  test("if docker does not answer in time; its processes are ended", async () => {
    const pid = join(programs, "pid");
    writeDocker(`${WITH_PLUGIN}; sleep 600 & echo $! > ${pid}; wait`);
    expect(await print(1000)).toEqual(unread("docker did not answer within 1 s"));
    const left = () => existsSync(`/proc/${readFileSync(pid, "utf8").trim()}/exe`);
    await vi.waitFor(() => expect(left()).toBe(false));
  });

  test("if it names no target", async () => {
    const { signal } = new AbortController();
    const file = { ...FILE, text: 'group "default" {}' };
    expect(await printBake([file], { env: {}, signal })).toEqual({
      targets: [],
      remarks: [{ place: "docker-bake.hcl", reason: "contains no target" }],
    });
  });
});

test("an interrupt ends docker and the command, and leaves nothing", async () => {
  const interrupt = new AbortController();
  const started = join(programs, "started");
  writeDocker(`${WITH_PLUGIN}; echo > ${started}; sleep 600`);
  const printing = print(20_000, interrupt.signal);
  await Promise.all([
    expect(printing).rejects.toThrow("interrupted"),
    vi
      .waitFor(() => expect(existsSync(started)).toBe(true), { timeout: 10_000 })
      .finally(() => interrupt.abort(new Error("interrupted"))),
  ]);
  expect(readdirSync(programs).sort()).toEqual(["docker", "started"]);
});

test("bake gets the files and the names, and of the environment only its own variables", async () => {
  const seen = join(programs, "seen");
  writeDocker(
    [WITH_PLUGIN, `echo "$*" >> ${seen}; env >> ${seen}; cat docker-bake.hcl >> ${seen}`, 'echo "{}"'].join(
      "\n",
    ),
  );
  expect(await print()).toEqual({ targets: [], remarks: [] });
  const text = readFileSync(seen, "utf8");
  expect(text).toContain("buildx bake --file docker-bake.hcl --print -- api web\n");
  expect(text).toContain('target "web" {}\n');
  expect(text).toContain("TAG=sti-0-of-bake\n");
  expect(text).not.toContain("s3cret");
  expect(readdirSync(programs).sort()).toEqual(["docker", "seen"]);
});

test("an argument is a variable if it follows it; else it is written as it is", async () => {
  const args = '"A": "$TAG", "B": "v-$TAG", "C": "$$HOME", "D": "\\$\\${X}"';
  writeDocker(
    `${WITH_PLUGIN}; cat <<END\n{ "target": { "api": { "args": { ${args.replaceAll("$TAG", "${TAG-one}").replace("$$HOME", "\\$HOME")} } } } }\nEND`,
  );
  expect(await print()).toEqual({
    targets: [
      {
        name: "api",
        file: "docker-bake.hcl",
        build: expect.objectContaining({
          args: { A: { fromHost: "TAG", default: "one" }, B: "v-one", C: "$HOME", D: "${X}" },
        }),
      },
    ],
    remarks: [
      {
        place: "docker-bake.hcl, api",
        reason: "args.B is made of variables; it is written with their defaults: v-one",
      },
    ],
  });
});

test("if bake refuses other values of variables, their defaults are written", async () => {
  writeDocker(
    `${WITH_PLUGIN}; test -z "$TAG" || exit 1; echo '{ "target": { "api": { "args": { "A": "1" } } } }'`,
  );
  expect(await print()).toMatchObject({
    targets: [{ build: { args: { A: "1" } } }],
    remarks: [{ place: "docker-bake.hcl", reason: "variable TAG: values are written with its default" }],
  });
});
