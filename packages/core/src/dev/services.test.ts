import { appTarget } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { bringUp, createRig, type Rig } from "../../test/dev-rig.ts";
import { resolveServices } from "../definition/resolve-services.ts";
import { Config } from "../definition/schema.ts";
import { EngineError } from "../engine/engine-error.ts";

const app = (dev: object = {}, name = "api") => appTarget(name, { source: "s", dev });
const DB = { id: "sha256:db", tags: ["acme/db:1"] };

function serviceOf(more: object = {}) {
  const config = Config.parse({ services: { db: { image: "acme/db:1", ...more } } });
  const services = resolveServices(config, []);
  if (!services.ok) throw new Error(JSON.stringify(services.failures));
  return services.value;
}

const namesOf = ({ engine }: Rig) => [...engine.state.containers.values()].map(({ spec }) => spec.name);
const turn = () => new Promise((resolve) => setImmediate(resolve));

test("containers are in one network under their names and aliases, which goes with the last one", async () => {
  const rig = createRig();
  await bringUp(rig, app({ aliases: ["backend"] }), "sha256:1");
  await bringUp(rig, app({}, "web"), "sha256:2");
  expect([...rig.engine.state.networks.keys()]).toEqual(["dev-net"]);
  const members = [...(rig.engine.state.networks.get("dev-net")?.members.values() ?? [])];
  expect(members).toEqual([["api", "backend"], ["web"]]);
  expect(await rig.dev.close()).toEqual([]);
  expect(rig.engine.state.networks.size).toBe(0);
});

test("a container joins the network that the config names, too, and fails where there is none", async () => {
  const rig = createRig();
  await rig.engine.createNetwork("corp", {});
  await bringUp(rig, app({ network: "corp" }), "sha256:1");
  expect([...(rig.engine.state.networks.get("corp")?.members.values() ?? [])]).toEqual([["api"]]);
  rig.dev.swap(app({ network: "other" }, "web"), "sha256:2", undefined);
  expect(await rig.until("container-failed")).toMatchObject({
    reason: "could not be started: network other not found; create it and restart web",
  });
  expect(rig.engine.state.containers.size).toBe(1);
});

test("where the engine makes no network, that is said once and containers run without", async () => {
  const rig = createRig();
  const held = rig.engine.hold("createNetwork");
  rig.dev.swap(app(), "sha256:1", undefined);
  const refusal = {
    reason: "other",
    operation: "create network",
    message: "no plugin",
    status: 500,
  } as const;
  (await held.next()).fail(new EngineError(refusal));
  await rig.until("container-started");
  await bringUp(rig, app({}, "web"), "sha256:2");
  expect(rig.warnings).toEqual([
    "containers cannot reach each other by name, the engine made no network: no plugin",
  ]);
});

test("a container that depends on a service starts when that is up, and says what it waits for", async () => {
  const rig = createRig({ engine: { images: [DB] } });
  rig.dev.swap(app({ dependsOn: ["db"] }), "sha256:1", undefined);
  expect(await rig.until("container-waiting")).toMatchObject({ target: "api", reason: "waits for db" });
  rig.dev.serve(serviceOf());
  expect(await rig.until("container-started")).toMatchObject({ target: "db" });
  expect(rig.engine.count("createContainer")).toBe(1);
  await turn();
  rig.clock.pass(1000);
  expect(await rig.until("container-started", 2)).toMatchObject({ target: "api" });
});

test("the image of a service is pulled if it is missing, and again later if that fails", async () => {
  const registry: { id: string; tags: string[] }[] = [];
  const rig = createRig({ engine: { registry } });
  rig.dev.serve(serviceOf());
  expect(await rig.until("container-waiting")).toMatchObject({ target: "db", reason: "pulls acme/db:1" });
  const failure = await rig.until("container-failed");
  expect(failure).toMatchObject({
    target: "db",
    reason: expect.stringMatching(
      /^could not be started: acme\/db:1 cannot be pulled: manifest for .* not found/,
    ),
    restartIn: 5000,
  });
  registry.push(DB);
  rig.clock.pass(5000);
  expect(await rig.until("container-started")).toMatchObject({ target: "db", imageId: "sha256:db" });
});

test("a service whose image must not be pulled fails if it is missing", async () => {
  const rig = createRig();
  rig.dev.serve(serviceOf({ pull: "never" }));
  expect(await rig.until("container-failed")).toMatchObject({
    reason: 'could not be started: the engine has no image acme/db:1, and pull is "never"',
  });
});

test("a service is up when the healthcheck of its image, or its own command, passes", async () => {
  for (const [image, service, command] of [
    [{ ...DB, config: { healthcheck: ["CMD-SHELL", "ask db"] } }, {}, ["/bin/sh", "-c", "ask db"]],
    [DB, { probe: { command: ["ready"], interval: "500ms" } }, ["ready"]],
  ] as const) {
    const asked: (readonly string[])[] = [];
    const runCommand = (run: { readonly command: readonly string[] }) => {
      asked.push(run.command);
      return asked.length > 1 ? 0 : 1;
    };
    const rig = createRig({ engine: { images: [image], runCommand } });
    rig.dev.serve(serviceOf(service));
    await expect.poll(() => asked.length).toBe(1);
    await turn();
    rig.clock.pass(500);
    expect(await rig.until("container-up")).toMatchObject({ target: "db", duration: 500 });
    expect(asked).toEqual([command, command]);
  }
});

test("a container that crashes is followed by another, twice as late each time", async () => {
  const rig = createRig({ run: ({ spec }) => (Number(spec.name.slice(-1)) < 3 ? 1 : undefined) });
  rig.dev.swap(app(), "sha256:1", undefined);
  for (const [count, restartIn] of [
    [1, 1000],
    [2, 2000],
  ] as const) {
    expect(await rig.until("container-failed", count)).toMatchObject({ exitCode: 1, restartIn });
    await rig.dev.idle();
    rig.clock.pass(restartIn);
  }
  expect(await rig.until("container-started", 3)).toMatchObject({ container: "dev-3" });
});

test.each([
  ["ends well", 0],
  ["is removed from outside", { exitCode: 137, outOfMemory: false, fromOutside: "removed" }],
] as const)("a container that %s is not followed by another", async (_, status) => {
  const end = Promise.withResolvers<never>();
  const rig = createRig({ run: () => end.promise });
  await bringUp(rig, app(), "sha256:1");
  end.resolve(status as never);
  expect(await rig.until("container-failed")).toMatchObject({ restartIn: undefined });
  await rig.dev.idle();
  rig.clock.pass(60_000);
  await rig.dev.idle();
  expect(rig.engine.count("createContainer")).toBe(1);
});

test("another image starts at once, whatever the pause after a crash", async () => {
  const rig = createRig({ run: (_, image) => (image === "sha256:1" ? 1 : undefined) });
  rig.dev.swap(app(), "sha256:1", undefined);
  await rig.until("container-failed");
  await rig.dev.idle();
  await bringUp(rig, app(), "sha256:2");
  rig.clock.pass(60_000);
  await rig.dev.idle();
  expect(rig.engine.count("createContainer")).toBe(2);
});

test("a container that others need ends after them", async () => {
  const rig = createRig({ engine: { images: [DB] } });
  rig.dev.serve(serviceOf({ volumes: ["data:/data"] }));
  await rig.until("container-started");
  await turn();
  rig.clock.pass(1000);
  await bringUp(rig, app({ dependsOn: ["db"] }), "sha256:1");
  expect(await rig.dev.close()).toEqual([]);
  const stopped = rig.events.filter(({ type }) => type === "container-stopped");
  expect(stopped).toMatchObject([{ target: "api" }, { target: "db" }]);
  expect([...rig.engine.state.volumes.values()]).toMatchObject([
    { name: "data", labels: { "sti.service": "db" } },
  ]);
});

test("a container that was halted stays away, also of another image, until it is restarted", async () => {
  const rig = createRig();
  await bringUp(rig, app(), "sha256:1");
  rig.dev.halt("api");
  await rig.dev.idle();
  expect(rig.events.at(-1)).toMatchObject({ type: "container-stopped", isHalted: true });
  rig.dev.swap(app(), "sha256:2", undefined);
  await rig.dev.idle();
  expect(namesOf(rig)).toEqual([]);
  rig.dev.restart("api");
  expect(await rig.until("container-started", 2)).toMatchObject({ imageId: "sha256:2" });
});

test("a container that crashed, starts, or waits for another one can be halted, and stays away", async () => {
  const crashing = createRig({ run: () => 1 });
  crashing.dev.swap(app(), "sha256:1", undefined);
  expect(await crashing.until("container-failed")).toMatchObject({ restartIn: 1000 });
  await crashing.dev.idle();
  crashing.dev.halt("api");
  expect(crashing.events.at(-1)).toMatchObject({ type: "container-stopped", target: "api", isHalted: true });
  crashing.clock.pass(60_000);
  await crashing.dev.idle();
  expect(crashing.engine.count("createContainer")).toBe(1);

  const starting = createRig();
  starting.dev.swap(app(), "sha256:1", undefined);
  await starting.until("container-started");
  starting.dev.halt("api");
  await starting.dev.idle();
  expect(starting.events.at(-1)).toMatchObject({
    type: "container-stopped",
    container: "dev-1",
    isHalted: true,
  });

  const waiting = createRig();
  waiting.dev.swap(app({ dependsOn: ["db"] }), "sha256:1", undefined);
  await waiting.until("container-waiting");
  waiting.dev.halt("api");
  await waiting.dev.idle();
  expect(waiting.events.at(-1)).toMatchObject({ type: "container-stopped", target: "api", isHalted: true });
  waiting.dev.restart("api");
  await waiting.until("container-waiting", 2);
});

test("a restart brings another container of the same image, and the old one goes when that is up", async () => {
  const rig = createRig();
  await bringUp(rig, app(), "sha256:1");
  rig.dev.restart("api");
  await rig.until("container-started", 2);
  expect(rig.engine.count("stopContainer")).toBe(0);
  await turn();
  rig.clock.pass(1000);
  await rig.until("container-up", 2);
  await rig.dev.idle();
  expect(namesOf(rig)).toEqual(["dev-2"]);
});

test("a service that is not in the config any more loses its container", async () => {
  const rig = createRig({ engine: { images: [DB] } });
  rig.dev.serve(serviceOf());
  await rig.until("container-started");
  rig.dev.serve([]);
  rig.dev.keepOnly(new Set());
  await rig.dev.idle();
  expect(namesOf(rig)).toEqual([]);
});

test("the ports that an image exposes are published at free ports unless the config says which", async () => {
  const image = { id: "sha256:web", tags: ["acme/web:1"], config: { exposedPorts: ["80/tcp", "53/udp"] } };
  const rig = createRig({ engine: { images: [image] } });
  await bringUp(rig, app(), "sha256:web");
  await bringUp(rig, app({ ports: [] }, "web"), "sha256:web");
  const ports = [...rig.engine.state.containers.values()].map(({ spec }) => spec.ports);
  expect(ports).toEqual([[{ port: 80, protocol: "tcp", hostIp: "127.0.0.1", hostPort: undefined }], []]);
});
