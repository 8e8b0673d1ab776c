import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readDockerProxies } from "./docker-proxies.ts";
import { EndpointError } from "./endpoint-address.ts";

function folderWith(config: string | undefined): string {
  const folder = mkdtempSync(join(tmpdir(), "sti-docker-proxies-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  if (config !== undefined) writeFileSync(join(folder, "config.json"), config);
  return folder;
}

const PROXIES = {
  default: { httpProxy: "http://d:1", noProxy: "a,b", allProxy: "" },
  "tcp://far:2375": { httpsProxy: "http://f:2", ftpProxy: "http://f:3" },
};

test.each([
  ["no configuration", undefined, undefined, {}],
  ["none of them", {}, undefined, {}],
  ["the default ones", { proxies: PROXIES }, undefined, { HTTP_PROXY: "http://d:1", NO_PROXY: "a,b" }],
  [
    "those of a host",
    { proxies: PROXIES },
    "tcp://far:2375",
    { HTTPS_PROXY: "http://f:2", FTP_PROXY: "http://f:3" },
  ],
  ["another host", { proxies: PROXIES }, "unix:///run/x.sock", { HTTP_PROXY: "http://d:1", NO_PROXY: "a,b" }],
])("docker's configuration with %s gives its proxies", (_, config, host, expected) => {
  const folder = folderWith(config && JSON.stringify(config));
  expect(readDockerProxies(folder, host)).toEqual(expected);
});

test("a configuration with a proxy in another form than docker's is an error", () => {
  const folder = folderWith(JSON.stringify({ proxies: { default: "http://d:1" } }));
  expect(() => readDockerProxies(folder, undefined)).toThrow(
    /cannot be used: proxies\.default is no object$/,
  );
});

test("a configuration that is no JSON is an error", () => {
  expect(() => readDockerProxies(folderWith("{"), undefined)).toThrow(EndpointError);
});
