import { appTarget, snapshot } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { bringUp, createRig } from "../../test/dev-rig.ts";
import { EngineError } from "../engine/engine-error.ts";
import type { SourceEntry, SourceSnapshot } from "../source/source.ts";
import type { ForwardedPort, Forwarder } from "./dev-ports.ts";

const appOf = (dev: object | undefined, name = "api") =>
  appTarget(name, { source: "s", ...(dev === undefined ? {} : { dev }) });

const PORT = { ports: ["8080:80"] };

test("a container is up when it still runs a second after its start", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(undefined), "sha256:1");
  expect(rig.reported()).toEqual(["started 1", "up 1"]);
  expect(rig.events.at(-1)).toMatchObject({ duration: 1000 });
});

test("a container has what the config says of it, and a name with its owner", async () => {
  const rig = createRig();
  const dev = { env: { A: "1" }, command: ["serve"], volumes: ["./d:/d:ro", "cache:/c"], ports: ["80"] };
  await bringUp(rig, appOf(dev), "sha256:1");
  expect(rig.engine.calls.find(({ operation }) => operation === "createContainer")?.args[0]).toMatchObject({
    image: "sha256:1",
    name: "dev-1",
    entrypoint: [],
    cmd: ["serve"],
    env: ["A=1"],
    ports: [{ port: 80, protocol: "tcp", hostPort: undefined }],
    mounts: [
      { kind: "folder", folder: "/config/./d", target: "/d", readOnly: true },
      { kind: "volume", name: "cache", target: "/c", readOnly: false, fromImage: true },
    ],
  });
});

test("the old container is stopped only when the new one is up", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(undefined), "sha256:1");
  rig.dev.swap(appOf(undefined), "sha256:2", undefined);
  await rig.until("container-started", 2);
  expect(rig.engine.count("stopContainer")).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  rig.clock.pass(1000);
  await rig.dev.idle();
  expect(rig.reported()).toEqual(["started 1", "up 1", "started 2", "up 2", "stopped 1"]);
  expect([...rig.engine.state.containers.values()].map(({ spec }) => spec.name)).toEqual(["dev-2"]);
});

test("the old container's image goes with it when it has lost its tag", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(undefined), "sha256:1");
  rig.engine.state.tags.delete("acme/api:1");
  await bringUp(rig, appOf(undefined), "sha256:2");
  await rig.dev.idle();
  expect([...rig.engine.state.images.keys()]).toEqual(["sha256:2", "sha256:3"]);
});

test("a host port is released by the old container before the new one takes it", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(PORT), "sha256:1");
  await bringUp(rig, appOf(PORT), "sha256:2");
  await rig.dev.idle();
  expect(rig.reported()).toEqual(["started 1", "up 1", "started 2", "up 2", "stopped 1"]);
  const calls = rig.engine.calls.map(({ args, operation }) => `${operation} ${String(args[0]).slice(-1)}`);
  const order = calls.filter((call) => /^(run|stop)Container/.test(call));
  expect(order.map((call) => call.split(" ")[0])).toEqual(["runContainer", "stopContainer", "runContainer"]);
});

test("a new container that dies leaves the old one running, and its last lines are reported", async () => {
  const rig = createRig({
    run: ({ print }, image) => {
      if (image !== "sha256:2") return undefined;
      print("no config\n", "stderr");
      return 3;
    },
  });
  await bringUp(rig, appOf(undefined), "sha256:1");
  rig.dev.swap(appOf(undefined), "sha256:2", undefined);
  expect(await rig.until("container-failed")).toMatchObject({
    container: "dev-2",
    reason: "ended by itself with exit code 3",
    exitCode: 3,
    lastLines: ["no config"],
    remaining: "dev-1",
  });
  await rig.dev.idle();
  expect(rig.engine.count("stopContainer")).toBe(0);
  expect([...rig.engine.state.containers.values()].map(({ spec }) => spec.name)).toEqual(["dev-1"]);
});

test("a new container that dies on the host port of the old one brings that back", async () => {
  const rig = createRig({ run: (_, image) => (image === "sha256:2" ? 1 : undefined) });
  await bringUp(rig, appOf(PORT), "sha256:1");
  rig.dev.swap(appOf(PORT), "sha256:2", undefined);
  await rig.until("container-up", 2);
  await rig.dev.idle();
  expect(rig.reported()).toEqual(["started 1", "up 1", "started 2", "failed 2", "started 1", "up 1"]);
  const [old] = rig.engine.state.containers.values();
  expect(old).toMatchObject({ spec: { name: "dev-1" }, state: "running" });
});

test("an old container that does not come back is reported too", async () => {
  let runs = 0;
  const rig = createRig({
    run: (_, image) => {
      runs += 1;
      if (image === "sha256:2") return 1;
      if (runs > 1)
        throw new EngineError({ reason: "start-failed", operation: "run container", message: "no" });
      return undefined;
    },
  });
  await bringUp(rig, appOf(PORT), "sha256:1");
  rig.dev.swap(appOf(PORT), "sha256:2", undefined);
  expect(await rig.until("container-failed", 2)).toMatchObject({
    container: "dev-1",
    reason: "was lost: no",
  });
  await rig.dev.idle();
  expect(rig.engine.state.containers.size).toBe(0);
});

test("a container that ends later by itself is reported and removed", async () => {
  const end = Promise.withResolvers<number>();
  const rig = createRig({ run: () => end.promise });
  await bringUp(rig, appOf(undefined), "sha256:1");
  end.resolve(0);
  expect(await rig.until("container-failed")).toMatchObject({ reason: "ended by itself with exit code 0" });
  await rig.dev.idle();
  expect(rig.engine.state.containers.size).toBe(0);
});

test("a container that is lost with the engine is reported, and comes back when it is asked for again", async () => {
  const lost = Promise.withResolvers<number>();
  const rig = createRig({ run: ({ spec }) => (spec.name === "dev-1" ? lost.promise : undefined) });
  const messages: string[] = [];
  rig.dev.onEngineLost((message) => messages.push(message));
  await bringUp(rig, appOf(undefined), "sha256:1");
  lost.reject(new EngineError({ reason: "lost", operation: "run container", message: "socket hang up" }));
  expect(await rig.until("container-failed")).toMatchObject({ reason: "was lost: socket hang up" });
  await rig.dev.idle();
  expect(messages).toEqual(["socket hang up"]);
  await bringUp(rig, appOf(undefined), "sha256:1");
  expect([...rig.engine.state.containers.values()].map(({ spec }) => spec.name)).toEqual(["dev-2"]);
});

test("a container that cannot be started because the engine is away is reported as that", async () => {
  const rig = createRig();
  const messages: string[] = [];
  rig.dev.onEngineLost((message) => messages.push(message));
  const held = rig.engine.hold("createContainer");
  rig.dev.swap(appOf(undefined), "sha256:1", undefined);
  const error = { reason: "unreachable-refused", operation: "create container", message: "refused" } as const;
  (await held.next()).fail(new EngineError(error));
  await rig.until("container-failed");
  await rig.dev.idle();
  expect(messages).toEqual(["refused"]);
});

test("a probe is asked until the container is up", async () => {
  const answers = ["connection refused", "connection refused", "status 503", undefined];
  const asked: unknown[] = [];
  const rig = createRig({
    ask: async (probe, address) => {
      asked.push([probe.kind, address.port]);
      return answers.shift();
    },
  });
  const target = appOf({ ports: ["80"], probe: { http: "/health" } });
  rig.dev.swap(target, "sha256:1", undefined);
  for (let count = 1; count < 4; count += 1) {
    await expect.poll(() => asked.length).toBe(count);
    await new Promise((resolve) => setImmediate(resolve));
    rig.clock.pass(200);
  }
  const question = "GET /health on port 80";
  expect(await rig.until("container-up")).toMatchObject({ duration: 600, question });
  const problems = rig.events.flatMap((event) => (event.type === "container-probed" ? [event.problem] : []));
  expect(problems).toEqual(["connection refused", "status 503"]);
  expect(asked[0]).toEqual(["http", 49_153]);
});

test("a container that does not answer in time is given up with the last reason", async () => {
  const rig = createRig({ ask: async () => "connection refused" });
  const target = appOf({ ports: ["80"], probe: { tcp: 80, timeout: "1s", interval: "1s" } });
  rig.dev.swap(target, "sha256:1", undefined);
  expect(await rig.until("container-failed")).toMatchObject({
    reason: "did not answer a connection on port 80 within 1 s: connection refused",
    remaining: undefined,
  });
  await rig.dev.idle();
  expect(rig.engine.state.containers.size).toBe(0);
});

test("swaps that follow each other fast end with the last image, and nothing else is left", async () => {
  const rig = createRig();
  const held = rig.engine.hold("createContainer");
  rig.dev.swap(appOf(undefined), "sha256:1", undefined);
  const first = await held.next();
  rig.dev.swap(appOf(undefined), "sha256:2", undefined);
  rig.dev.swap(appOf(undefined), "sha256:3", undefined);
  first.continue();
  held.release();
  await rig.until("container-started");
  await new Promise((resolve) => setImmediate(resolve));
  rig.clock.pass(1000);
  await rig.until("container-up");
  await rig.dev.idle();
  expect(rig.engine.count("runContainer")).toBe(1);
  expect([...rig.engine.state.containers.values()].map(({ spec }) => spec.image)).toEqual(["sha256:3"]);
});

test("a swap to what runs already, while another one starts, keeps what runs", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(PORT), "sha256:1");
  rig.dev.swap(appOf(PORT), "sha256:2", undefined);
  await rig.until("container-started", 2);
  rig.dev.swap(appOf(PORT), "sha256:1", undefined);
  await rig.dev.idle();
  expect(rig.reported()).toEqual(["started 1", "up 1", "started 2", "stopped 2", "started 1", "up 1"]);
  expect([...rig.engine.state.containers.values()]).toMatchObject([
    { spec: { name: "dev-1" }, state: "running" },
  ]);
});

test("the same image again changes nothing, and another command starts anew", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(undefined), "sha256:1");
  rig.dev.swap(appOf(undefined), "sha256:1", undefined);
  await rig.dev.idle();
  expect(rig.engine.count("createContainer")).toBe(1);
  await bringUp(rig, appOf({ command: ["other"] }), "sha256:1");
  expect(rig.engine.count("createContainer")).toBe(2);
});

test("lines are reported by stream, with secrets hidden", async () => {
  const rig = createRig({
    run: ({ print }) => {
      print("one\ntoken s3cret-value\n");
      print("two\n", "stderr");
      return undefined;
    },
  });
  await bringUp(rig, appOf(undefined), "sha256:1");
  const lines = rig.events.flatMap((event) =>
    event.type === "container-output" ? [`${event.stream} ${event.text}`] : [],
  );
  expect(lines).toEqual(["stdout one", "stdout token ***", "stderr two"]);
  // They follow the start, also those that come before the engine has reported it.
  const types = rig.events.map(({ type }) => type);
  expect(types.indexOf("container-started")).toBeLessThan(types.indexOf("container-output"));
});

test("closing while a container starts leaves nothing", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(PORT), "sha256:1");
  rig.dev.swap(appOf(PORT), "sha256:2", undefined);
  await rig.until("container-started", 2);
  expect(await rig.dev.close()).toEqual([]);
  expect(rig.engine.state.containers.size).toBe(0);
  rig.dev.swap(appOf(PORT), "sha256:3", undefined);
  await rig.dev.idle();
  expect(rig.engine.state.containers.size).toBe(0);
});

test("what could not be removed is removed in the end", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(undefined), "sha256:1");
  const held = rig.engine.hold("removeContainer");
  const swapping = bringUp(rig, appOf(undefined), "sha256:2");
  const removal = await held.next();
  removal.fail(new EngineError({ reason: "lost", operation: "remove container", message: "gone" }));
  held.release();
  await swapping;
  await rig.dev.idle();
  expect(rig.engine.state.containers.size).toBe(2);
  expect(await rig.dev.close()).toEqual([]);
  expect(rig.engine.state.containers.size).toBe(0);
});

test("apps that are not there any more lose their containers, others keep theirs", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(undefined, "api"), "sha256:1");
  await bringUp(rig, appOf(undefined, "web"), "sha256:2");
  rig.dev.keepOnly(new Set(["web"]));
  await rig.dev.idle();
  expect([...rig.engine.state.containers.values()].map(({ spec }) => spec.image)).toEqual(["sha256:2"]);
});

const SYNC = { sync: [{ from: "public", to: "/srv/public" }] };
const BEFORE = snapshotOf({ "main.js": "1", "public/a.txt": "1" });

test("a changed file of a synced place is copied into the running container", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(SYNC), "sha256:1", BEFORE);
  expect(await rig.dev.sync(appOf(SYNC), snapshotOf({ "main.js": "1", "public/a.txt": "2" }))).toBe(true);
  expect(rig.events.at(-1)).toMatchObject({ type: "files-synced", paths: ["public/a.txt"], count: 1 });
  const [container] = rig.engine.state.containers.values();
  expect(container?.files.get("/srv/public/a.txt")).toBeDefined();
  expect(rig.engine.count("createContainer")).toBe(1);
});

test("what a container got by sync is what the next change is compared with", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(SYNC), "sha256:1", BEFORE);
  await rig.dev.sync(appOf(SYNC), snapshotOf({ "main.js": "1", "public/a.txt": "2" }));
  expect(await rig.dev.sync(appOf(SYNC), BEFORE)).toBe(true);
  expect(rig.events.filter(({ type }) => type === "files-synced")).toHaveLength(2);
  expect(await rig.dev.sync(appOf(SYNC), BEFORE)).toBe(true);
  expect(rig.engine.count("uploadArchive")).toBe(2);
});

test("a change elsewhere, or a file that went, needs a rebuild", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(SYNC), "sha256:1", BEFORE);
  expect(await rig.dev.sync(appOf(SYNC), snapshotOf({ "main.js": "2", "public/a.txt": "2" }))).toBe(false);
  expect(await rig.dev.sync(appOf(SYNC), snapshotOf({ "main.js": "1" }))).toBe(false);
  expect(rig.engine.count("uploadArchive")).toBe(0);
});

test("nothing is synced where no container runs, or one is about to be replaced", async () => {
  const rig = createRig();
  const after = snapshotOf({ "main.js": "1", "public/a.txt": "2" });
  expect(await rig.dev.sync(appOf(SYNC), after)).toBe(false);
  await bringUp(rig, appOf(SYNC), "sha256:1", BEFORE);
  rig.dev.swap(appOf(SYNC), "sha256:2", BEFORE);
  expect(await rig.dev.sync(appOf(SYNC), after)).toBe(false);
});

test("after an image that did not come up nothing is synced into the one before", async () => {
  const rig = createRig({ run: (_, image) => (image === "sha256:2" ? 1 : undefined) });
  await bringUp(rig, appOf(SYNC), "sha256:1", BEFORE);
  rig.dev.swap(appOf(SYNC), "sha256:2", snapshotOf({ "main.js": "2", "public/a.txt": "1" }));
  await rig.dev.idle();
  expect(await rig.dev.sync(appOf(SYNC), BEFORE)).toBe(false);
});

test("an upload that fails needs a rebuild", async () => {
  const rig = createRig();
  await bringUp(rig, appOf(SYNC), "sha256:1", BEFORE);
  const held = rig.engine.hold("uploadArchive");
  const syncing = rig.dev.sync(appOf(SYNC), snapshotOf({ "main.js": "1", "public/a.txt": "2" }));
  (await held.next()).fail(
    new EngineError({ reason: "other", operation: "upload archive", message: "read-only" }),
  );
  expect(await syncing).toBe(false);
  expect(rig.events.filter(({ type }) => type === "files-synced")).toEqual([]);
});

/** Remembers where each port leads. */
function createForwarder(answered = { promise: Promise.resolve() }) {
  const ports: { hostPort: number; leadsTo: number | undefined; isOpen: boolean }[] = [];
  const forwarder: Forwarder = {
    async listen({ hostPort = 50_000 + ports.length }): Promise<ForwardedPort> {
      if (hostPort === 1) throw new Error("port 1 is taken on this machine");
      const port = { hostPort, leadsTo: undefined as number | undefined, isOpen: true };
      ports.push(port);
      return {
        hostPort,
        pointTo: async (address) => {
          port.leadsTo = address?.port;
          await answered.promise;
        },
        close: async () => {
          port.isOpen = false;
        },
      };
    },
  };
  return { forwarder, ports };
}

test("a forwarded port stays, and leads to the new container once that is up", async () => {
  const { forwarder, ports } = createForwarder();
  const rig = createRig({ forwarder });
  await bringUp(rig, appOf({ ports: ["8080:80", "81"] }), "sha256:1");
  expect(ports).toEqual([
    { hostPort: 8080, leadsTo: 49_153, isOpen: true },
    { hostPort: 50_001, leadsTo: 49_154, isOpen: true },
  ]);
  rig.dev.swap(appOf({ ports: ["8080:80", "81"] }), "sha256:2", undefined);
  await rig.until("container-started", 2);
  expect(ports[0]).toMatchObject({ leadsTo: 49_153 });
  expect(rig.engine.count("stopContainer")).toBe(0);
  await new Promise((resolve) => setImmediate(resolve));
  rig.clock.pass(1000);
  await rig.until("container-up", 2);
  expect(ports).toMatchObject([{ leadsTo: 49_155 }, { leadsTo: 49_156 }]);
  expect(rig.events.find(({ type }) => type === "container-started")).toMatchObject({
    ports: [
      { port: 80, hostPort: 8080 },
      { port: 81, hostPort: 50_001 },
    ],
  });
  await rig.dev.close();
  expect(ports.map(({ isOpen }) => isOpen)).toEqual([false, false]);
});

test("the old container is not stopped while it answers, but for a while", async () => {
  for (const isAnswered of [true, false]) {
    const answered = Promise.withResolvers<void>();
    const rig = createRig({ forwarder: createForwarder(answered).forwarder });
    await bringUp(rig, appOf({ ports: ["80"] }), "sha256:1");
    await bringUp(rig, appOf({ ports: ["80"] }), "sha256:2");
    await new Promise((resolve) => setImmediate(resolve));
    expect(rig.engine.count("stopContainer")).toBe(0);
    if (isAnswered) answered.resolve();
    else rig.clock.pass(1000);
    await rig.dev.idle();
    expect(rig.reported().at(-1)).toBe("stopped 1");
  }
});

test("a forwarded port that is taken fails before a container is made", async () => {
  const rig = createRig({ forwarder: createForwarder().forwarder });
  rig.dev.swap(appOf({ ports: ["1:80"] }), "sha256:1", undefined);
  expect(await rig.until("container-failed")).toMatchObject({
    reason: "could not be started: port 1 is taken on this machine",
  });
  expect(rig.engine.count("createContainer")).toBe(0);
});

function snapshotOf(files: Readonly<Record<string, string>>): SourceSnapshot {
  const entries = Object.entries(files).map(
    ([path, digest]): SourceEntry => ({ kind: "file", path, digest, executable: false, size: 1 }),
  );
  return snapshot({ entries, digest: JSON.stringify(files) });
}
