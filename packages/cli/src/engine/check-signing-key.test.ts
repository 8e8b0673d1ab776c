import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateSigningKey } from "@sti/attest";
import type { Target, WrittenConfig } from "@sti/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { checkSigningKey } from "./check-signing-key.ts";

const { pem, public: own } = generateSigningKey();
const other = generateSigningKey().public;
const cache = { image: "registry.test/store" };
const fromEnv = { env: "STI_SIGNING_KEY" };
let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "sti-signing-key-"));
  writeFileSync(join(directory, "private"), pem, { mode: 0o600 });
  writeFileSync(join(directory, "open"), pem);
  chmodSync(join(directory, "open"), 0o644);
});
afterAll(() => rmSync(directory, { recursive: true }));

const run = (
  config: Partial<WrittenConfig>,
  env: Readonly<Record<string, string>> = {},
  targets: readonly Target[] = [],
) =>
  checkSigningKey(
    { config: config as WrittenConfig, directory, targets },
    { env, signal: new AbortController().signal },
  );

test.each<[string, Partial<WrittenConfig>, string, RegExp]>([
  [
    "that signs what is believed",
    { attest: { key: fromEnv }, cache: { ...cache, verify: own.text } },
    "ok",
    /^ed25519:/,
  ],
  ["without verify", { attest: { key: fromEnv }, cache }, "ok", /^ed25519:/],
  ["in a private file", { attest: { key: { file: "private" } } }, "ok", /^ed25519:/],
  [
    "that nobody believes",
    { attest: { key: fromEnv }, cache: { ...cache, verify: [other.text] } },
    "warning",
    /is not in cache\.verify/,
  ],
  ["that is missing", { attest: { key: { env: "NONE" } }, cache }, "warning", /NONE .* no results are added/],
  ["that nothing needs", { attest: { key: { env: "NONE" } } }, "ok", /nothing is signed here/],
  [
    "that is read only elsewhere",
    { attest: { key: { env: "NONE" } }, cache: { ...cache, write: false } },
    "ok",
    /nothing is signed here/,
  ],
  ["that is none", { attest: { key: { env: "PLAIN" } } }, "problem", /is no private key/],
  [
    "beside a wrong public key",
    { cache: { ...cache, verify: "x", write: false } },
    "problem",
    /key 1 is none of/,
  ],
  ["that verify demands", { cache: { ...cache, verify: own.text } }, "warning", /no results are added/],
])("a key %s", async (_name, config, state, found) => {
  const [first] = await run(config, { STI_SIGNING_KEY: pem, PLAIN: "text" });
  expect(first).toMatchObject({ check: "signing key", state, found: expect.stringMatching(found) });
  expect(JSON.stringify(first)).not.toContain("PRIVATE");
});

test("a key that others can read is reported beside its finding", async () => {
  const results = await run({ attest: { key: { file: "open" } } });
  expect(results).toMatchObject([
    { state: "warning", fix: expect.stringContaining("chmod 600") },
    { state: "ok" },
  ]);
});

test("a missing key is a problem where attestations of pushed images need it, and nothing without any key", async () => {
  const target = { attest: { provenance: true, sbom: false }, push: true } as Target;
  expect(await run({ attest: { key: { env: "NONE" } } }, {}, [target])).toMatchObject([{ state: "problem" }]);
  expect(await run({ cache })).toEqual([]);
});
