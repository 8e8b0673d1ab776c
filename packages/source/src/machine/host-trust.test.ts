import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeFolder, unwrap } from "../../test/temp-folder.ts";
import { createSources } from "../send/create-sources.ts";

async function trustOf(env: Record<string, string>, caBundleFiles: readonly string[] = []) {
  const { caBundle, env: proxies } = unwrap(await createSources({ env, caBundleFiles }).hostTrust());
  return { caBundle: caBundle && Buffer.from(caBundle).toString(), env: proxies };
}

test("the bundle is the one SSL_CERT_FILE names or the usual one, and NODE_EXTRA_CA_CERTS adds to it", async () => {
  const folder = await makeFolder({ ssl: "ssl", extra: "extra", usual: "usual" });
  const [ssl, extra, usual] = ["ssl", "extra", "usual"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  expect(await trustOf({ SSL_CERT_FILE: ssl, NODE_EXTRA_CA_CERTS: extra }, [usual])).toMatchObject({
    caBundle: "ssl\nextra",
  });
  expect(await trustOf({ SSL_CERT_FILE: "", NODE_EXTRA_CA_CERTS: extra }, [usual])).toMatchObject({
    caBundle: "usual\nextra",
  });
});

test("without one in the environment it is the first of the usual places that is there", async () => {
  const folder = await makeFolder({ b: "b", c: "c" });
  expect(
    await trustOf(
      {},
      ["a", "b", "c"].map((name) => join(folder, name)),
    ),
  ).toMatchObject({ caBundle: "b" });
});

test("a host without a bundle has none", async () => {
  expect(await trustOf({})).toEqual({ caBundle: undefined, env: {} });
});

test("a bundle that the environment names and that cannot be read is a failure", async () => {
  const file = join(await makeFolder(), "missing.pem");
  expect(await createSources({ env: { SSL_CERT_FILE: file } }).hostTrust()).toMatchObject({
    failures: [{ code: "host-trust-unreadable", file }],
  });
});

test("proxy variables are given in the spelling they have, empty ones not at all", async () => {
  const env = {
    HTTP_PROXY: "http://p:1",
    http_proxy: "http://p:2",
    no_proxy: "a",
    ALL_PROXY: "",
    PATH: "/bin",
  };
  expect((await trustOf(env)).env).toEqual({
    HTTP_PROXY: "http://p:1",
    http_proxy: "http://p:2",
    no_proxy: "a",
  });
});

test("the host is asked once", async () => {
  const folder = await makeFolder({ bundle: "x" });
  const sources = createSources({ env: {}, caBundleFiles: [join(folder, "bundle")] });
  const first = await sources.hostTrust();
  await rm(join(folder, "bundle"));
  expect(await sources.hostTrust()).toBe(first);
});
