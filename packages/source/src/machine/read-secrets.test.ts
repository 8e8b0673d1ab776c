import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { appTarget } from "@sti/testing/definitions";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readSecrets } from "./read-secrets.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sti-secrets-"));
  await writeFile(join(directory, "token"), new Uint8Array([0, 10, 255]));
  await writeFile(join(directory, "empty"), "");
  await writeFile(join(directory, "large"), "x".repeat(64 * 1024 + 1));
});
afterAll(() => rm(directory, { recursive: true }));

async function read(secrets: object) {
  const result = await readSecrets([appTarget("api", { source: "src", secrets })], {
    directory,
    env: { NPM_TOKEN: "abc", NOTHING: "" },
  });
  if (result.ok) return Object.fromEntries(result.value.get("api") ?? []);
  return result.failures.map((failure) =>
    failure.code === "config-invalid" ? `${failure.path.join(".")} ${failure.message}` : failure.code,
  );
}

test("secrets are read from the environment and from files, byte for byte", async () => {
  expect(await read({ A: { env: "NPM_TOKEN" }, B: { file: "token" } })).toEqual({
    A: Buffer.from("abc"),
    B: Buffer.from([0, 10, 255]),
  });
});

test("missing, empty and too large secrets are reported at their places, all at once", async () => {
  const secrets = {
    A: { env: "ABSENT" },
    B: { env: "NOTHING" },
    C: { file: "absent" },
    D: { file: "empty" },
    E: { file: "large" },
    F: { file: "." },
    G: { file: "pipe" },
    H: { file: "/dev/zero" },
  };
  execFileSync("mkfifo", [join(directory, "pipe")]);
  expect(await read(secrets)).toEqual([
    "apps.api.secrets.A takes ABSENT from the environment, where it is not set; set it",
    "apps.api.secrets.B is taken from NOTHING of the environment, which is empty",
    `apps.api.secrets.C is taken from ${directory}/absent, which does not exist`,
    `apps.api.secrets.D is taken from ${directory}/empty, which is empty`,
    `apps.api.secrets.E is taken from ${directory}/large, which is larger than 64 KiB`,
    `apps.api.secrets.F is taken from ${directory}, which is a folder`,
    `apps.api.secrets.G is taken from ${directory}/pipe, which is a named pipe: write it to a file, or take it from a variable with \`env\``,
    "apps.api.secrets.H is taken from /dev/zero, which is a device: write it to a file, or take it from a variable with `env`",
  ]);
});
