// biome-ignore-all lint/suspicious/noTemplateCurlyInString: they are the variables of the files
import { describe, expect, test } from "vitest";
import { readCompose } from "./read-compose.ts";

/** The only service of a file with these lines, and the reasons of its remarks. */
function readService(...lines: readonly string[]) {
  const text = ["services:", "  api:", ...lines.map((line) => `    ${line}`)].join("\n");
  const { remarks, services } = readCompose(text, "compose.yaml");
  return { service: services[0], reasons: remarks.map(({ reason }) => reason) };
}

test("a service with a build is read whole", () => {
  const { reasons, service } = readService(
    "image: ghcr.io/acme/api:${TAG:-dev}",
    "build:",
    "  context: ./services/api/",
    "  dockerfile: docker/api.Dockerfile",
    "  target: prod",
    "  args: { VERSION: 1, COMMIT: '${COMMIT:-none}' }",
    "  labels: [team=core]",
    "ports: ['8080:3000', '127.0.0.1:9000:9000/udp', 4000]",
    "environment: [MODE=fast, TOKEN, 'LEVEL=${LEVEL:-info}']",
    "command: node server.js --name 'a b'",
    "volumes: ['cache:/var/cache/', './data:/data:ro']",
    "healthcheck: { test: test -e /ready, interval: 5s }",
    "hostname: backend",
    "networks: { default: { aliases: [api.internal] }, other: }",
    "restart: always",
  );
  expect(service).toEqual({
    name: "api",
    file: "compose.yaml",
    isOnRequest: false,
    build: {
      context: "services/api",
      dockerfile: "docker/api.Dockerfile",
      stage: "prod",
      args: { VERSION: "1", COMMIT: { fromHost: "COMMIT", default: "none" } },
      labels: { team: "core" },
      tag: "ghcr.io/acme/api:dev",
      dependsOn: [],
    },
    dev: {
      ports: ["8080:3000", "127.0.0.1:9000:9000/udp", "4000"],
      env: { MODE: "fast", TOKEN: { fromHost: "TOKEN" }, LEVEL: { fromHost: "LEVEL", default: "info" } },
      command: ["node", "server.js", "--name", "a b"],
      volumes: ["cache:/var/cache", "./data:/data:ro"],
      check: ["/bin/sh", "-c", "test -e /ready"],
      dependsOn: [],
      aliases: ["backend", "api.internal"],
    },
  });
  expect(reasons).toEqual([
    'image: ghcr.io/acme/api:${TAG:-dev} became "ghcr.io/acme/api:dev"; the environment and .env are not read',
    "environment: TOKEN must be in the environment of sti watch --run; .env is not read",
  ]);
});

test("the long forms of ports and volumes are the same", () => {
  const { service } = readService(
    "build: .",
    "ports: [{ target: 80, published: '8080', host_ip: 127.0.0.1 }, { target: 81 }]",
    "volumes: [{ type: volume, source: data, target: /data, read_only: true }]",
  );
  expect(service?.dev.ports).toEqual(["127.0.0.1:8080:80", "81"]);
  expect(service?.dev.volumes).toEqual(["data:/data:ro"]);
});

test("services without a build are run, and the order is that of containers", () => {
  const text = `services:
  db: { image: "postgres:\${TAG:-17}", command: [postgres, -c, fsync=off], healthcheck: { test: [CMD, pg_isready] } }
  api: { build: ./api, depends_on: { db: { condition: service_healthy }, jobs: {}, other: {} } }
  jobs: { build: ./jobs, depends_on: [db] }
  other: { image: "$OTHER" }
  none: {}
`;
  const { remarks, runs, services } = readCompose(text, "compose.yaml");
  expect(services.map(({ build, dev, name }) => [name, build.dependsOn, dev.dependsOn])).toEqual([
    ["api", [], ["db", "jobs"]],
    ["jobs", [], ["db"]],
  ]);
  expect(runs).toMatchObject([
    {
      name: "db",
      image: "postgres:17",
      dev: { command: ["postgres", "-c", "fsync=off"], check: ["pg_isready"] },
    },
  ]);
  expect(remarks).toEqual([
    {
      place: "compose.yaml, db",
      reason: 'image: postgres:${TAG:-17} became "postgres:17"; the environment and .env are not read',
    },
    { place: "compose.yaml, other", reason: "image: $OTHER needs the variable OTHER" },
    { place: "compose.yaml, none", reason: "has neither build nor image" },
  ]);
});

describe("a part that cannot be taken over is listed with its reason", () => {
  test.each([
    [
      "build: https://git.example.com/api.git",
      "its build context is not a folder: https://git.example.com/api.git",
    ],
    ["build: ../other", "its build context is outside the folder: ../other"],
    ["build: /etc", "its build context is outside the folder: /etc"],
    ["build: $DIR", "its build context needs the variable DIR"],
    ["build: { dockerfile_inline: FROM x }", "dockerfile_inline: write the Dockerfile to a file of its own"],
  ])("%s: no service", (line, reason) => {
    expect(readService(line)).toEqual({ service: undefined, reasons: [reason] });
  });

  test.each([
    ["secrets: [npmrc]", "build.secrets: write it as secrets of the entry"],
    ["network: host", "build.network: write it as network of the entry"],
    ["isolation: hyperv", "build.isolation: no counterpart in an entry of images"],
    [
      "target: '${STAGE:-dev}'",
      'build.target: ${STAGE:-dev} became "dev"; the environment and .env are not read',
    ],
  ])("of a build: %s", (key, reason) => {
    expect(readService(`build: { context: ., ${key} }`).reasons).toEqual([reason]);
  });

  test.each([
    ["privileged: true", "privileged: no counterpart in sti"],
    [
      "env_file: .env",
      "env_file: name the variables in dev.env; envFile puts a file's variables into the image",
    ],
    ["healthcheck: { test: [x] }", "healthcheck.test is not a list of words; write it as probe"],
    ["healthcheck: { test: 'x $Y' }", "healthcheck.test needs the variable Y; write it as probe"],
    [
      "ports: ['3000-3005:3000-3005']",
      "port 3000-3005:3000-3005: write one entry of dev.ports for each port",
    ],
    ["ports: ['${PORT}:80']", "port ${PORT}:80 needs the variable PORT"],
    ["ports: ['80:99999']", "port 80:99999: write one entry of dev.ports for each port"],
    [
      "environment: { URL: 'http://${HOST}/' }",
      "environment.URL mixes text and variables (HOST); add it by hand",
    ],
    ["environment: { 'a b': c }", 'environment: "a b" is not the name of a variable'],
    [
      "command: npm run dev",
      "command: npm run dev is for a source tree; sti watch --run rebuilds and restarts the app",
    ],
    ["command: a && b", "command: not a plain list of words"],
    [
      "volumes: ['./src:/app/src']",
      "volume ./src:/app/src: the source is in the image; dev.sync copies changed files",
    ],
    ["volumes: ['/app/node_modules']", "volume /app/node_modules: no named volume or folder"],
    ["volumes: ['../x:/x']", "volume ../x:/x is outside the folder: ../x"],
    ["image: acme/API", "image: acme/API is not a name that can be given to an image"],
    ["image: acme/api:$TAG", "image: acme/api:$TAG needs the variable TAG"],
  ])("%s", (line, reason) => {
    const { reasons, service } = readService("build: .", line);
    expect(reasons).toEqual([reason]);
    expect(service?.build.context).toBe("");
  });
});

describe("a hostile file", () => {
  const bomb = ["a: &a [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level < 12; level += 1) {
    const [name, before] = [String.fromCharCode(97 + level), String.fromCharCode(96 + level)];
    bomb.push(`${name}: &${name} [${`*${before}, `.repeat(8)}*${before}]`);
  }
  test.each([
    ["aliases that multiply", `${bomb.join("\n")}\nservices: *l\n`],
    ["text that is no YAML", "services: {"],
    ["folders without end", `services: ${"[".repeat(20_000)}`],
  ])("with %s is one remark", (_name, text) => {
    const { remarks, services } = readCompose(text, "compose.yaml");
    expect(services).toEqual([]);
    expect(remarks).toEqual([
      { place: "compose.yaml", reason: expect.stringMatching(/^is not valid YAML: .{5,300}$/) },
    ]);
  });

  test.each(["", "[]", "null", "services: []", "services: { api: 1 }", "services: { api: { build: 7 } }"])(
    "%j makes no service, or one with defaults",
    (text) => {
      expect(readCompose(text, "compose.yaml").services.every(({ build }) => build.context === "")).toBe(
        true,
      );
    },
  );
});

test("a service with profiles has no place among those that are started", () => {
  const reason = "profiles: started on request only; with an entry in services, sti up would start it";
  const { reasons, service } = readService("build: .", "profiles: [seed]");
  expect(service).toMatchObject({ name: "api", isOnRequest: true });
  expect(reasons).toEqual([reason]);
  const { remarks, runs } = readCompose(
    "services: { tool: { image: 'acme/tool:1', profiles: [tools] }, db: { image: 'postgres:17', profiles: [] } }",
    "compose.yaml",
  );
  expect(runs.map(({ name }) => name)).toEqual(["db"]);
  expect(remarks).toEqual([{ place: "compose.yaml, tool", reason }]);
});
