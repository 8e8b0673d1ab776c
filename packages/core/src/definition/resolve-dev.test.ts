import { expect, test } from "vitest";
import type { DevSettings } from "./dev-settings.ts";
import { resolveTargets } from "./resolve-targets.ts";
import { Config } from "./schema.ts";

function resolve(dev: object, more: object = {}) {
  const config = { apps: { api: { source: "s", buildImage: "acme/b", tag: "acme/api", dev, ...more } } };
  return resolveTargets(Config.parse(config));
}

function devOf(dev: object, more: object = {}): DevSettings {
  const resolved = resolve(dev, more);
  if (!resolved.ok) throw new Error(JSON.stringify(resolved.failures));
  const [target] = resolved.value;
  if (target?.kind !== "app" || target.dev === undefined) throw new Error("no app with dev");
  return target.dev;
}

/** Place, below apps.api.dev, and words of everything that is wrong. */
function problemsOf(dev: object): readonly string[] {
  const resolved = resolve(dev);
  if (resolved.ok) return [];
  return resolved.failures.map((failure) =>
    failure.code === "config-invalid"
      ? `${failure.path.slice(3).join(".")} ${failure.message}`
      : failure.code,
  );
}

test.each([
  ["3000", { port: 3000, protocol: "tcp" }],
  [3000, { port: 3000, protocol: "tcp" }],
  ["8080:3000", { port: 3000, protocol: "tcp", hostPort: 8080 }],
  ["127.0.0.1:8080:80/tcp", { port: 80, protocol: "tcp", hostPort: 8080, hostIp: "127.0.0.1" }],
  ["127.0.0.1::80", { port: 80, protocol: "tcp", hostIp: "127.0.0.1" }],
  ["[::1]:53:53/udp", { port: 53, protocol: "udp", hostPort: 53, hostIp: "::1" }],
])("the port %j is read", (written, expected) => {
  const path = ["apps", "api", "dev", "ports", 0];
  expect(devOf({ ports: [written] }).ports).toEqual([{ ...expected, path }]);
});

test.each([
  ["70000", `has the port "70000", expected a number from 1 to 65535`],
  ["http:80", `has the port "http", expected a number from 1 to 65535`],
  ["80:", `has the port "", expected a number from 1 to 65535`],
  [":80", `has the port "", expected a number from 1 to 65535`],
  ["3000-3005:80", "has the range 3000-3005; write one entry for each port"],
  ["80/tpc", `has the protocol "tpc"; did you mean "80/tcp"?`],
  ["localhost:8080:80", `did you mean "127.0.0.1:8080:80"?`],
  ["[zz]:8080:80", `did you mean "[::1]:8080:80"?`],
  ["1:2:3:4", `is "1:2:3:4": write "3000"`],
  ["80/tcp/udp", `is "80/tcp/udp": write "3000"`],
])("the port %j is refused with what was meant", (written, words) => {
  const [problem, ...others] = problemsOf({ ports: [written] });
  expect(problem).toMatch(/^ports\.0 /);
  expect(problem).toContain(words);
  expect(others).toEqual([]);
});

test("a host port is given once in an app", () => {
  expect(problemsOf({ ports: ["80:80", "80:81", "80:82/udp"] })).toEqual([
    `ports.1 publishes 81 as 80, which is taken by 80 already; write "81" for a free port`,
  ]);
});

test("volumes are folders by a path and else volumes by name", () => {
  expect(devOf({ volumes: ["./data:/data", "cache:/var/cache/:ro"] }).volumes).toEqual([
    { kind: "folder", folder: "./data", target: "/data", readOnly: false },
    { kind: "volume", name: "cache", target: "/var/cache", readOnly: true },
  ]);
});

test.each([
  ["data/x:/data", `did you mean the folder "./data/x:/data"?`],
  ["/data", `did you mean "./data:/data" or "NAME:/data"?`],
  ["./data:data", `did you mean "./data:/data"?`],
  ["./data:/data:rp", `did you mean "./data:/data:ro"?`],
  ["../data:/data", "set allowOutside: true to allow it"],
  ["~/data:/data", "which only a shell expands"],
  [":/data", `write "./FOLDER:/PATH"`],
])("the volume %j is refused with what was meant", (written, words) => {
  expect(problemsOf({ volumes: [written] })).toEqual([expect.stringContaining(words)]);
});

test("a folder outside is mounted when that is meant", () => {
  expect(devOf({ volumes: ["../data:/data"] }, { allowOutside: true }).volumes).toHaveLength(1);
});

test("a folder of the container is mounted once", () => {
  expect(problemsOf({ volumes: ["a1:/data", "b1:/data/"] })).toEqual([
    "volumes.1 mounts /data, where another volume is mounted already",
  ]);
});

test("a probe over HTTP asks the first TCP port unless it names one", () => {
  expect(devOf({ ports: ["53/udp", "80"], probe: { http: "/health" } }).probe).toEqual({
    kind: "http",
    path: "/health",
    port: 80,
    timeout: 30_000,
    interval: 200,
  });
});

test("times of a probe are milliseconds", () => {
  expect(devOf({ ports: ["80"], probe: { tcp: 80, timeout: "2m", interval: "50ms" } }).probe).toEqual({
    kind: "tcp",
    port: 80,
    timeout: 120_000,
    interval: 50,
  });
});

test.each([
  [
    {},
    `probe has none of http, tcp and command; write { http: "/health" }, { tcp: 3000 } or { command: ["check"] }`,
  ],
  [
    { http: "/", tcp: 80 },
    `probe has http and tcp; write { http: "/health" }, { tcp: 3000 } or { command: ["check"] }`,
  ],
  [{ tcp: 81 }, `probe.tcp is 81, which is not in dev.ports, which has 80; add "81" there`],
  [{ http: "/", port: 81 }, `probe.port is 81, which is not in dev.ports, which has 80; add "81" there`],
  [{ http: "health" }, `did you mean "/health"?`],
  [{ http: "http://localhost/health" }, `did you mean "/health"?`],
  [{ tcp: 80, port: 80 }, "probe.port is for http; with tcp the port is tcp's own number"],
])("the probe %j is refused with what was meant", (probe, words) => {
  expect(problemsOf({ ports: ["80"], probe })).toEqual([expect.stringContaining(words)]);
});

test("a probe without any port says what to add", () => {
  expect(problemsOf({ probe: { http: "/" } })).toEqual([
    `probe.http needs a port; add dev.ports, such as ["3000"]`,
  ]);
});

test("synced places are a path of the source and one of the container", () => {
  expect(devOf({ sync: [{ from: "./public/", to: "/srv/public/" }] }).sync).toEqual([
    { from: "public", to: "/srv/public" },
  ]);
});

test.each([
  [{ from: "../public", to: "/srv" }, `did you mean "public"?`],
  [{ from: "/public", to: "/srv" }, `did you mean "public"?`],
  [{ from: "public", to: "srv/public" }, `did you mean "/srv/public"?`],
  [{ from: "public", to: "/" }, `is "/", expected an absolute path below /`],
])("the synced place %j is refused with what was meant", (sync, words) => {
  expect(problemsOf({ sync: [sync] })).toEqual([expect.stringContaining(words)]);
});

test("a variable that the machine does not have is in the way of the container alone", () => {
  const dev = devOf({ env: { TOKEN: { fromHost: "TOKEN" }, MODE: "dev" } });
  expect(dev.env).toEqual({ MODE: "dev" });
  expect(dev.unset).toMatchObject([{ path: ["apps", "api", "dev", "env", "TOKEN"] }]);
  const resolved = resolve({ env: { TOKEN: { fromHost: "TOKEN" } } });
  expect(resolved.ok && resolved.value[0]?.unset).toEqual([]);
});
