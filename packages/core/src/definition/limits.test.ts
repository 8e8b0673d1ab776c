import { expect, test } from "vitest";
import { resolveTargets } from "./resolve-targets.ts";
import { Config } from "./schema.ts";

function limitsOf(app: object, defaults: object = {}) {
  const config = { defaults, apps: { api: { source: "s", buildImage: "acme/b", tag: "acme/api", ...app } } };
  const resolved = resolveTargets(Config.parse(config));
  if (!resolved.ok)
    return resolved.failures.map((failure) => ("path" in failure ? failure.path : failure.code));
  const [target] = resolved.value;
  return target?.kind === "app" ? target.limits : undefined;
}

test("without limits there are none", () => {
  expect(limitsOf({})).toEqual({ network: "default", hosts: [], capDrop: [], noNewPrivileges: false });
});

test("sizes are bytes, times seconds, hosts pairs and users ranges", () => {
  const app = {
    method: "container",
    memory: "512MB",
    cpus: 1.5,
    timeout: "10m",
    addHosts: { db: "10.0.0.1", six: "::1" },
    allowedUids: [0, "1000-1999", "5000-"],
  };
  expect(limitsOf(app)).toMatchObject({
    memory: 512 * 1024 * 1024,
    cpus: 1.5,
    timeout: 600,
    hosts: ["db:10.0.0.1", "six:::1"],
    allowedUids: [
      [0, 0],
      [1000, 1999],
      [5000, Number.MAX_SAFE_INTEGER],
    ],
  });
});

test("an app's allowed users replace those of the defaults", () => {
  expect(limitsOf({}, { allowedUids: ["1-"] })).toMatchObject({
    allowedUids: [[1, Number.MAX_SAFE_INTEGER]],
  });
  expect(limitsOf({ allowedUids: [0] }, { allowedUids: ["1-"] })).toMatchObject({ allowedUids: [[0, 0]] });
});

test("what only a container can be held to is refused with the Dockerfile method, each at its place", () => {
  const limits = { memory: "1GB", cpus: 1, capDrop: ["ALL"], noNewPrivileges: true };
  expect(limitsOf({ method: "dockerfile", ...limits })).toEqual(
    Object.keys(limits).map((key) => ["apps", "api", key]),
  );
});

test.each([
  { network: "bridge" },
  { memory: "1" },
  { cpus: 0 },
  { timeout: "0s" },
  { user: "a b" },
  { user: "root\nRUN x" },
  { addHosts: { db: "host-gateway" } },
  { addHosts: { "a b": "10.0.0.1" } },
  { capDrop: ["net raw"] },
  { platform: "amd64" },
  { allowedUids: ["a-b"] },
])("%j is refused", (app) => {
  const config = { apps: { api: { source: "s", buildImage: "acme/b", tag: "acme/api", ...app } } };
  expect(Config.safeParse(config).success).toBe(false);
});
