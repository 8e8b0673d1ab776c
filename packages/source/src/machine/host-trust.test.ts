import { rm } from "node:fs/promises";
import { join } from "node:path";
import { success } from "@sti/core";
import { expect, test } from "vitest";
import { makeFolder, unwrap } from "../../test/temp-folder.ts";
import { createSources } from "../send/create-sources.ts";

async function trustOf(
  env: Record<string, string>,
  caBundleFiles: readonly string[] = [],
  { forContainers = {}, home = "/nowhere" }: { forContainers?: Record<string, string>; home?: string } = {},
) {
  const containerProxies = () => success(forContainers);
  const sources = createSources({ env, caBundleFiles, home, containerProxies });
  const { caBundle, env: proxies } = unwrap(await sources.hostTrust());
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

// biome-ignore lint/suspicious/noTemplateCurlyInString: yarn replaces it
const RC = "httpProxy: 'http://${HOST:-rc}:1'\nhttpsProxy: http://rc:2\nhttpsCaFilePath: ./corp.pem\n";

test.each([
  [
    "yarn's variables",
    { YARN_HTTP_PROXY: "http://y:1", YARN_HTTPS_PROXY: "" },
    {},
    "",
    { YARN_HTTP_PROXY: "http://y:1" },
    undefined,
  ],
  ["yarn's file", {}, {}, RC, { YARN_HTTP_PROXY: "http://rc:1", YARN_HTTPS_PROXY: "http://rc:2" }, "corp"],
  [
    "yarn's file with a variable in it",
    { HOST: "h" },
    {},
    RC,
    { YARN_HTTP_PROXY: "http://h:1", YARN_HTTPS_PROXY: "http://rc:2" },
    "corp",
  ],
  [
    "a variable before yarn's file",
    { YARN_HTTPS_PROXY: "http://y:2" },
    {},
    "httpsProxy: http://rc:2\n",
    { YARN_HTTPS_PROXY: "http://y:2" },
    undefined,
  ],
  [
    "docker's proxies for containers before the environment's",
    { HTTP_PROXY: "http://localhost:1", https_proxy: "http://e:2" },
    { HTTP_PROXY: "http://d:1", NO_PROXY: "a" },
    "",
    {
      HTTP_PROXY: "http://d:1",
      http_proxy: "http://d:1",
      https_proxy: "http://e:2",
      NO_PROXY: "a",
      no_proxy: "a",
    },
    undefined,
  ],
])("host trust has %s", async (_, env, forContainers, rc, proxies, bundle) => {
  const home = await makeFolder({ ".yarnrc.yml": rc, "corp.pem": "corp" });
  expect(await trustOf(env as Record<string, string>, [], { forContainers, home })).toEqual({
    caBundle: bundle,
    env: proxies,
  });
});

test("a file with certificates that yarn's settings name is added once, and has to be readable", async () => {
  const home = await makeFolder({
    ".yarnrc.yml": "httpsCaFilePath: ./corp.pem\n",
    "corp.pem": "corp",
    usual: "usual",
  });
  const env = { NODE_EXTRA_CA_CERTS: join(home, "corp.pem") };
  expect(await trustOf(env, [join(home, "usual")], { home })).toMatchObject({ caBundle: "usual\ncorp" });
  const missing = { YARN_HTTPS_CA_FILE_PATH: join(home, "missing.pem") };
  expect(await createSources({ env: missing, home }).hostTrust()).toMatchObject({
    failures: [{ code: "host-trust-unreadable", file: join(home, "missing.pem") }],
  });
});
