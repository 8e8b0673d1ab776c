import { expect, test } from "vitest";
import { success } from "../failure/result.ts";
import { neededToRun, resolveServices } from "./resolve-services.ts";
import { resolveTargets } from "./resolve-targets.ts";
import { Config } from "./schema.ts";

const APP = { source: "s", buildImage: "acme/builder" };

function resolve(config: { readonly apps?: object; readonly images?: object; readonly services: object }) {
  const parsed = Config.parse(config);
  const hasTargets = config.apps !== undefined || config.images !== undefined;
  const targets = hasTargets ? resolveTargets(parsed) : success([]);
  if (!targets.ok) throw new Error(JSON.stringify(targets.failures));
  return resolveServices(parsed, targets.value);
}

const problemsOf = (config: Parameters<typeof resolve>[0]) => {
  const resolved = resolve(config);
  return resolved.ok
    ? []
    : resolved.failures.map((failure) => [
        "path" in failure ? failure.path.join(".") : "",
        "message" in failure ? failure.message : "",
      ]);
};

test("a service has its image, and publishes no ports unless they are written", () => {
  const resolved = resolve({ services: { db: { image: "postgres:17", probe: { command: ["ready"] } } } });
  expect(resolved).toMatchObject({
    ok: true,
    value: [
      {
        kind: "service",
        name: "db",
        image: { full: "docker.io/library/postgres:17" },
        builtBy: undefined,
        pull: "missing",
        dev: { ports: [], probe: { kind: "command", command: ["ready"] } },
      },
    ],
  });
});

test("a service may run the image of an image entry, and have its name", () => {
  const images = { db: { context: "db", tag: "acme/db" } };
  expect(resolve({ images, services: { db: { image: "acme/db" } } })).toMatchObject({
    value: [{ builtBy: "db" }],
  });
  expect(problemsOf({ images, services: { db: { image: "postgres" } } })).toEqual([
    ["services.db", "is also the name of an image entry, whose image it does not run; choose another name"],
  ]);
});

test("a service that is an app, or has the name of one, is refused", () => {
  const apps = { api: { ...APP, tag: "acme/api" } };
  expect(problemsOf({ apps, services: { api: { image: "redis" } } })).toEqual([
    ["services.api", "is also the name of an app, whose image it does not run; choose another name"],
  ]);
  expect(problemsOf({ apps, services: { db: { image: "acme/api" } } })).toEqual([
    ["services.db.image", "is built by the app api, which runs by itself"],
  ]);
});

test("problems have their places", () => {
  expect(
    problemsOf({ services: { db: { image: "UPPER", ports: ["80:99999"], volumes: ["../x:/x"] } } }),
  ).toEqual([
    ["services.db.image", expect.any(String)],
    ["services.db.ports.0", expect.stringContaining("99999")],
    ["services.db.volumes.0", expect.any(String)],
  ]);
});

test("what containers depend on comes with them, directly and through others", () => {
  const of = (name: string, ...dependsOn: readonly string[]) =>
    ({ kind: "app", name, dev: { dependsOn } }) as never;
  const all = [of("web", "api"), of("api", "db"), of("db"), of("other", "web")];
  expect([...neededToRun(["web"], all)]).toEqual(["web", "api", "db"]);
  // An image entry that a service of its name runs is selected like an app; other images and services are not.
  const serve = (name: string, builtBy: string | undefined, ...dependsOn: readonly string[]) =>
    ({ kind: "service", name, builtBy, dev: { dependsOn } }) as never;
  const services = [serve("vote", "vote", "redis"), serve("redis", undefined), serve("front", "page")];
  expect([...neededToRun(["vote", "page"], [...all, ...services])]).toEqual(["vote", "redis"]);
});
