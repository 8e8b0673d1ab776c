import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { CredentialsError, readCredentials } from "./credentials.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** Reads with this config file and these programs on the PATH. */
async function read(
  registry: string,
  config: unknown,
  programs: Readonly<Record<string, string>> = {},
  helperLimit = 10_000,
) {
  const folder = await mkdtemp(join(tmpdir(), "sti-test-credentials-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const text = typeof config === "string" ? config : JSON.stringify(config);
  await writeFile(join(folder, "config.json"), text);
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, `docker-credential-${name}`), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, `docker-credential-${name}`), 0o755);
  }
  const env = { DOCKER_CONFIG: folder, PATH: `${folder}:/usr/bin:/bin` };
  return await readCredentials(registry, { env, helperLimit });
}

const say = (user: string, secret: string) =>
  `cat > /dev/null; echo '{"ServerURL":"x","Username":"${user}","Secret":"${secret}"}'`;

test("without a config file there are no credentials", async () => {
  expect(await readCredentials("r.test", { env: { DOCKER_CONFIG: "/nonexistent" } })).toBeUndefined();
});

test("a password may have colons", async () => {
  const config = { auths: { "r.test:5000": { auth: base64("me:a:b:c") } } };
  expect(await read("r.test:5000", config)).toEqual({
    username: "me",
    password: "a:b:c",
    serveraddress: "r.test:5000",
  });
});

test.each([
  ["docker.io", "https://index.docker.io/v1/"],
  ["r.test", "https://r.test/v1/"],
  ["r.test", "http://r.test"],
  ["r.test", "r.test"],
])("what is known of %s is found under %s", async (registry, key) => {
  expect(await read(registry, { auths: { [key]: { auth: base64("me:pw") } } })).toMatchObject({
    username: "me",
  });
});

test("another registry's credentials are not used", async () => {
  const config = { auths: { "r.test": { auth: base64("me:pw") }, "r.test:5000": { auth: "" } } };
  expect(await read("r.test:5000", config)).toBeUndefined();
  expect(await read("test", config)).toBeUndefined();
});

test("an identity token takes the place of name and password", async () => {
  const config = { auths: { "r.test": { auth: base64("me:"), identitytoken: "token" } } };
  expect(await read("r.test", config)).toEqual({ identitytoken: "token", serveraddress: "r.test" });
});

test("a registry's own helper goes before the store, and the store before what is written down", async () => {
  const config = {
    auths: { "own.test": { auth: base64("written:x") }, "any.test": { auth: base64("written:x") } },
    credsStore: "store",
    credHelpers: { "own.test": "own" },
  };
  const programs = { own: say("own", "1"), store: say("store", "2") };
  expect(await read("own.test", config, programs)).toMatchObject({ username: "own", password: "1" });
  expect(await read("any.test", config, programs)).toMatchObject({ username: "store", password: "2" });
});

test("an empty helper of a registry means that the store is not asked for it", async () => {
  const config = {
    auths: { "r.test": { auth: base64("me:written") }, "other.test": {} },
    credsStore: "store",
    credHelpers: { "r.test": "" },
  };
  const programs = { store: say("me", "stored") };
  expect(await read("r.test", config, programs)).toMatchObject({ password: "written" });
  expect(await read("other.test", config, programs)).toMatchObject({ password: "stored" });
  expect(await read("third.test", { credsStore: "store" }, programs)).toMatchObject({ password: "stored" });
});

test("a config file with fields of other kinds is an error that quotes nothing of it", async () => {
  const reading = read("r.test", { auths: { "r.test": base64("me:pw") } });
  await expect(reading).rejects.toThrow(/config\.json cannot be used: auths\."r\.test" is no object$/);
});

test("a helper is asked for the registry, and Docker Hub by its old address", async () => {
  const programs = { echo: `echo "{\\"Username\\":\\"$(cat)\\",\\"Secret\\":\\"$1\\"}"` };
  const config = { credsStore: "echo" };
  expect(await read("r.test:1", config, programs)).toMatchObject({ username: "r.test:1", password: "get" });
  expect(await read("docker.io", config, programs)).toMatchObject({
    username: "https://index.docker.io/v1/",
  });
});

test("a helper's <token> is an identity token", async () => {
  const programs = { one: say("<token>", "abc") };
  expect(await read("r.test", { credsStore: "one" }, programs)).toEqual({
    identitytoken: "abc",
    serveraddress: "r.test",
  });
});

test("a helper that knows nothing leaves it at no credentials", async () => {
  const programs = { one: "cat > /dev/null; echo 'credentials not found in native keychain'; exit 1" };
  expect(await read("r.test", { credsStore: "one" }, programs)).toBeUndefined();
});

test.each([
  ["fails", "echo S3CRET; echo locked >&2; exit 4", "docker-credential-one failed (4): locked"],
  ["says no JSON", "echo S3CRET", "docker-credential-one answered with something that is not JSON"],
  ["takes too long", "echo S3CRET; sleep 100", "docker-credential-one did not answer within 0.3 s", 300],
])("a helper that %s is an error without the secret", async (_name, script, message, limit?: number) => {
  const reading = read("r.test", { credsStore: "one" }, { one: script }, limit);
  await expect(reading).rejects.toThrow(new CredentialsError(message));
});

test("a helper that is not there is named", async () => {
  await expect(read("r.test", { credsStore: "absent" })).rejects.toThrow(
    "docker-credential-absent, which docker's config names, is not installed",
  );
});

test("a helper's name cannot lead elsewhere", async () => {
  await expect(read("r.test", { credsStore: "../../bin/sh" })).rejects.toThrow("is not a name of a program");
});

test("a broken config file is an error that quotes nothing of it", async () => {
  await expect(read("r.test", '{"auths":{"r.test":{"auth":"S3CRET"')).rejects.toThrow(
    /config\.json is not JSON$/,
  );
});
