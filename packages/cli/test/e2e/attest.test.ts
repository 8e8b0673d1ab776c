import { cp, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { type Registry, startRegistry } from "@sti/testing/registry";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkProvenance, checkStatement, cycloneDxCheck } from "../../../attest/test/schemas.ts";

const { config, endpoint, image } = await withEngine("sti-e2e-attest", { removes: "test" });

let registry: Registry;
beforeAll(async () => {
  registry = await startRegistry();
});
afterAll(() => registry.close());

const SHOP = new URL("../../../../examples/shop/", import.meta.url).pathname;

test("an app of the shop is pushed with provenance and SBOM, which are verified, and red once somebody changes them", async () => {
  const project = await createWorkspace({});
  const folder = join(project.folder, "shop");
  await cp(SHOP, folder, { recursive: true });
  const tag = `${registry.address}/shop/catalog:1`;
  const { key, verify } = await createKey(project);
  const { exitCode, stderr, stdout } = await sti(
    project,
    ["run", "-C", "shop", "catalog", "--push", "--metadata-file", "out.json"],
    { SIGNING_KEY: await readFile(key, "utf8") },
    [
      `apps.catalog.tag=${tag}`,
      'attest={"provenance":true,"sbom":true,"insecure":true,"key":{"env":"SIGNING_KEY"}}',
    ],
  );
  expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0, stderr: "" });
  const metadata = JSON.parse(await readFile(join(folder, "out.json"), "utf8"));
  expect(metadata.targets.catalog.pushed).toMatchObject({ attestations: ["provenance", "sbom"] });
  // Reports, logs, the lock: nothing that was written has a line of the private key.
  const [, secret = ""] = (await readFile(key, "utf8")).split("\n");
  const entries = await readdir(project.folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((one) => one.isFile() && one.name !== "key.pem")) {
    expect(await readFile(join(entry.parentPath, entry.name), "utf8")).not.toContain(secret);
  }
  expect(await verify(tag)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/\nverified\n$/) });
  const shown = await sti(project, ["attest", "show", tag, "--json", "--insecure"]);
  const { documents } = JSON.parse(shown.stdout);
  const [provenance, sbom] = ["provenance", "sbom"].map(
    (type) => documents.find((one: { type: string }) => one.type === type).statement,
  );
  for (const statement of [provenance, sbom]) expect(checkStatement(statement)).toEqual([]);
  expect(checkProvenance(provenance.predicate)).toEqual([]);
  expect(provenance.predicate.buildDefinition.externalParameters).toMatchObject({ target: "catalog" });
  expect(cycloneDxCheck()(sbom.predicate)).toEqual([]);
  const purls: readonly string[] = sbom.predicate.components.map(({ purl }: { purl?: string }) => purl ?? "");
  expect(purls).toContainEqual(expect.stringMatching(/^pkg:deb\/debian\/python3@/));
  await removeTag(tag);
});

test("nobody else's document, and none of another image, verifies an image", async () => {
  const project = await createProject();
  const { key, verify } = await createKey(project);
  const env = { SIGNING_KEY: await readFile(key, "utf8") };
  const [tag, other] = ["api", "web"].map((name) => `${registry.address}/small/${name}:1`) as [
    string,
    string,
  ];
  const run = await sti(project, ["run", "--push"], env, settings({ apis: [tag, other] }));
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await verify(tag, "--type", "provenance", "sbom")).toMatchObject({ exitCode: 0 });
  const foreign = await createKey(project, "foreign");
  expect(await foreign.verify(tag)).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(
      /not signed by a trusted key, or was changed since[\s\S]*not verified: no valid document/,
    ),
  });
  // The documents of one image are attached to the other.
  await swapDocuments(tag, other);
  const red = await verify(tag, "--json");
  expect(red.exitCode).toBe(1);
  expect(JSON.parse(red.stdout)).toMatchObject({ verified: false, missing: ["provenance", "sbom"] });
  expect(red.stdout).toContain("it is about another image");
  expect(await verify(`${tag}-none`)).toMatchObject({
    exitCode: 4,
    stderr: expect.stringMatching(/does not exist in its registry/),
  });
  for (const one of [tag, other]) await removeTag(one);
});

test("an image whose attestations cannot be attached has failed, and sti push adds them", async () => {
  const project = await createProject();
  const { key, verify } = await createKey(project);
  const pem = await readFile(key, "utf8");
  const tag = `${registry.address}/late/api:1`;
  const set = [
    `apps.api.tag=${tag}`,
    'attest={"provenance":true,"insecure":true,"key":{"env":"SIGNING_KEY"}}',
  ];
  const early = await sti(project, ["run", "api", "--push"], {}, set);
  expect(early).toMatchObject({
    exitCode: 2,
    stderr: expect.stringMatching(/takes SIGNING_KEY from the environment, where it is not set/),
  });
  const wrong = await sti(project, ["run", "api", "--push"], { SIGNING_KEY: "no-key" }, set);
  expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(/no private key in PEM form/) });
  expect(wrong.stderr).not.toContain("no-key");
  // Without a push nothing needs the key.
  expect(await sti(project, ["run", "api"], {}, set)).toMatchObject({ exitCode: 0, stderr: "" });
  const pushed = await sti(project, ["push", "api"], { SIGNING_KEY: pem }, set);
  expect(pushed).toMatchObject({ exitCode: 0, stderr: "" });
  expect(await verify(tag)).toMatchObject({
    exitCode: 0,
    stdout: expect.stringMatching(/\nprovenance {2}signed by/),
  });
  expect(await verify(tag, "--type", "sbom")).toMatchObject({
    exitCode: 1,
    stdout: expect.stringMatching(/no valid document of the type sbom/),
  });
  await removeTag(tag);
});

test("with keys to verify, a store's results count only with a signature, and take their attestations along", async () => {
  const project = await createProject();
  const { key, verify } = await createKey(project);
  const pem = await readFile(key, "utf8");
  const publicKey = (await readFile(`${key}.pub`, "utf8")).trim();
  const store = { image: `${registry.address}/signed/store`, insecure: true };
  const tag = `${registry.address}/signed/api:1`;
  const signing = 'attest={"provenance":true,"sbom":true,"insecure":true,"key":{"env":"SIGNING_KEY"}}';
  const run = async (name: string, env: Readonly<Record<string, string>>, ...set: readonly string[]) => {
    await removeTag(tag);
    await removeTag(image("base"));
    const home = { XDG_CACHE_HOME: join(project.folder, `home-${name}`) };
    const args = ["run", "api", "--load", "none", "--push", "--metadata-file", "out.json"];
    const { exitCode, stderr, stdout } = await sti(project, args, { ...env, ...home }, [
      `apps.api.tag=${tag}`,
      ...set,
    ]);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    const { targets } = JSON.parse(await readFile(join(project.folder, "out.json"), "utf8"));
    return { stdout, api: targets.api };
  };
  // Somebody without the key fills the store.
  await run("one", {}, `cache=${JSON.stringify(store)}`);
  const verified = `cache=${JSON.stringify({ ...store, verify: [publicKey] })}`;
  const refused = await run("two", { SIGNING_KEY: pem }, verified, signing);
  expect(refused.api.outcome).toBe("built");
  expect(refused.stdout.match(/has no valid signature, so it is not used \(cache\.verify\)/g)).toHaveLength(
    1,
  );
  const restored = await run("three", { SIGNING_KEY: pem }, verified, signing);
  expect(restored.api).toMatchObject({
    outcome: "restored",
    restored: { isLoaded: false },
    pushed: { attestations: ["provenance", "sbom"] },
  });
  expect(restored.stdout).not.toContain("signature");
  expect(await verify(tag, "--type", "provenance", "sbom")).toMatchObject({ exitCode: 0 });
  // Who has no private key restores all the same.
  const reader = await run("four", {}, verified, 'attest={"key":{"env":"SIGNING_KEY"}}');
  expect(reader.api.outcome).toBe("restored");
  expect(reader.stdout).toContain("attest.key takes SIGNING_KEY from the environment, where it is not set");
  const foreign = await createKey(project, "foreign");
  const other = (await readFile(`${foreign.key}.pub`, "utf8")).trim();
  const refusing = await run(
    "five",
    {},
    `cache=${JSON.stringify({ ...store, write: false, verify: other })}`,
  );
  expect(refusing.api.outcome).toBe("built");
  await removeTag(tag);
});

test("sti attest refuses command lines that it cannot serve", async () => {
  const project = await createWorkspace({ "private.pem": "", "text.pem": "no key" });
  const refused = async (...args: string[]) => {
    const { exitCode, stderr } = await sti(project, ["attest", ...args]);
    expect(exitCode).toBe(2);
    return stderr;
  };
  expect(await refused("verify", "acme/api")).toContain("verify needs the public key");
  expect(await refused("show", "Acme:")).toContain("is not an image reference");
  expect(await refused("verify", "acme/api", "--key", "text.pem")).toContain("the key text.pem is none of");
  expect(await refused("verify", "acme/api", "--key", "missing.pem")).toContain("the key missing.pem");
  expect(await refused("keygen", "private.pem")).toContain("private.pem exists already");
  expect(await sti(project, ["attest", "show", "127.0.0.1:1/acme/api"])).toMatchObject({ exitCode: 4 });
});

async function createProject(): Promise<Workspace> {
  const scripts = {
    prepare: "#!/bin/sh\nmkdir -p /srv && cp -r /tmp/src/. /srv/\n",
    run: "#!/bin/sh\ncat /srv/text\n",
  };
  const app = { buildImage: image("base") };
  return await createWorkspace({
    ...imageFolder("base", scripts),
    "api/text": "api",
    "web/text": "web",
    "sti.config.json": config({ api: app, web: app }, { images: { base: { push: false } } }),
  });
}

function settings({ apis: [api, web] }: { readonly apis: readonly string[] }): readonly string[] {
  return [
    `apps.api.tag=${api}`,
    `apps.web.tag=${web}`,
    'attest={"provenance":true,"sbom":true,"insecure":true,"key":{"env":"SIGNING_KEY"}}',
  ];
}

async function createKey(project: Workspace, name = "key") {
  const { exitCode, stdout } = await sti(project, ["attest", "keygen", `${name}.pem`, "-q"]);
  expect(exitCode).toBe(0);
  const publicKey = stdout.trim();
  await project.write({ [`${name}.pem.pub`]: publicKey });
  return {
    key: join(project.folder, `${name}.pem`),
    verify: async (tag: string, ...args: string[]) =>
      await sti(project, ["attest", "verify", tag, "--key", publicKey, "--insecure", ...args]),
  };
}

async function sti(
  project: Workspace,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  set: readonly string[] = [],
) {
  const overrides = set.flatMap((one) => ["--set", one]);
  const run = await runSti([...args, ...overrides], { cwd: project.folder, env });
  const secret = env.SIGNING_KEY?.split("\n")[1];
  // Nothing that is printed has a line of the private key.
  if (secret !== undefined) expect(`${run.stdout}${run.stderr}`).not.toContain(secret);
  return run;
}

/** Writes the index of documents of each image under the name of the other. */
async function swapDocuments(...tags: readonly [string, string]): Promise<void> {
  const entries = await Promise.all(
    tags.map(async (tag) => {
      const [, repository = "", name = ""] = /^[^/]+\/(.+):([^:]+)$/.exec(tag) ?? [];
      const digest = (await ask("HEAD", repository, name)).headers.get("docker-content-digest") ?? "";
      const index = await ask("GET", repository, digest.replace(":", "-"));
      return { digest, repository, index: JSON.parse(await index.text()) };
    }),
  );
  const [one, other] = entries as [(typeof entries)[0], (typeof entries)[0]];
  for (const { digest } of other.index.manifests) {
    const manifest = JSON.parse(await (await ask("GET", other.repository, digest)).text());
    for (const blob of [manifest.config, ...manifest.layers])
      await mount(one.repository, other.repository, blob.digest);
    const subject = { ...manifest.subject, digest: one.digest };
    const written = await put(one.repository, { ...manifest, subject });
    one.index.manifests = [
      ...one.index.manifests.filter((entry: { moved?: boolean }) => entry.moved === true),
      { ...other.index.manifests[0], ...written, moved: true },
    ];
  }
  await put(one.repository, one.index, one.digest.replace(":", "-"));
}

const TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

async function ask(method: string, repository: string, name: string): Promise<Response> {
  const answer = await fetch(`http://${registry.address}/v2/${repository}/manifests/${name}`, {
    method,
    headers: { accept: TYPES },
  });
  expect(answer.status).toBe(200);
  return answer;
}

async function mount(to: string, from: string, digest: string): Promise<void> {
  const address = `http://${registry.address}/v2/${to}/blobs/uploads/?mount=${digest}&from=${from}`;
  expect((await fetch(address, { method: "POST" })).status).toBe(201);
}

async function put(repository: string, manifest: { readonly mediaType: string }, name?: string) {
  const body = JSON.stringify(manifest);
  const hash = await crypto.subtle.digest("SHA-256", Buffer.from(body));
  const digest = `sha256:${Buffer.from(hash).toString("hex")}`;
  const answer = await fetch(`http://${registry.address}/v2/${repository}/manifests/${name ?? digest}`, {
    method: "PUT",
    headers: { "content-type": manifest.mediaType },
    body,
  });
  expect(answer.status).toBe(201);
  return { digest, size: body.length };
}

/** Tags with the registry's address are none that the engine's clean-up knows. */
async function removeTag(tag: string): Promise<void> {
  await callEngine(endpoint, "DELETE", `/images/${tag}?force=1`);
}
