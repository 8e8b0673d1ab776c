// The engine contract's cases about containers, their files and their volumes. Shared words and helpers are in
// contract-tools.ts.
import type { EngineDescription } from "@sti/core";
import { expect, test } from "vitest";
import {
  breakOff,
  type ContractTools,
  contractFiles,
  contractLabel,
  contractPrefix,
  failureOf,
  pack,
  recordOutput,
  unpackExport,
} from "./contract-tools.ts";
import { packFiles } from "./pack-files.ts";

const SOURCE = {
  kind: "volume",
  name: `${contractPrefix}source`,
  target: "/tmp/src",
  labels: { [contractLabel]: "source" },
} as const;

/** Beyond a name in a plain tar header. */
const LONG = `${"a".repeat(90)}/${"b".repeat(120)}`;

export function describeContainerContract(
  tools: ContractTools,
  { commitsExactly, overlays, product, version }: EngineDescription,
): void {
  /** For features that only builds by the container method need. */
  const testMethod = test.runIf(commitsExactly !== false);
  const testOverlay = test.runIf(overlays !== false);

  test("a container name is given once", async () => {
    await tools.create("/usr/bin/greet");
    expect((await failureOf(tools.create("/usr/bin/greet"))).reason).toBe("conflict");
  });

  test("a container of a missing image rejects with not-found", async () => {
    const spec = {
      name: `${contractPrefix}none`,
      entrypoint: ["/x"],
      cmd: [],
      env: [],
      user: "",
      labels: {},
    };
    const error = await failureOf(
      tools.engine.createContainer({ ...spec, image: "contract/absent:1", mounts: [] }),
    );
    expect(error.reason).toBe("not-found");
  });

  test("containers are listed by the beginning of their name", async () => {
    const one = await tools.create("/usr/bin/greet");
    await tools.create("/usr/bin/greet", { name: `${contractPrefix}two` });
    expect(await tools.engine.listContainers(`${contractPrefix}on`)).toEqual([
      expect.objectContaining({
        id: one,
        name: `${contractPrefix}one`,
        state: "created",
        createdAt: expect.any(Number),
      }),
    ]);
    expect(await tools.engine.listContainers("ontract-")).toEqual([]);
  });

  test("a container's output comes whole and by stream, with its exit code", async () => {
    const output = recordOutput();
    const status = await tools.engine.runContainer(await tools.create("/usr/bin/greet"), output);
    expect(status).toEqual({ exitCode: 0, outOfMemory: false });
    expect([output.text("stdout"), output.text("stderr")]).toEqual(["out", "err"]);
  });

  test("a failing container is no error", async () => {
    const status = await tools.engine.runContainer(await tools.create("/usr/bin/fail"), recordOutput());
    expect(status).toEqual({ exitCode: 7, outOfMemory: false });
  });

  test.each(["/usr/bin/absent", contractFiles.plain.path])(
    "a container of %s does not start",
    async (path) => {
      const error = await failureOf(tools.engine.runContainer(await tools.create(path), recordOutput()));
      expect(error.reason).toBe("start-failed");
      // The runtime of Podman 4 does not name a program that it may not start.
      const isNamed = product !== "Podman" || Number.parseInt(version, 10) > 4;
      expect(error.message).toContain(isNamed ? path : "executable");
    },
  );

  test("an aborted run kills the container and rejects with the signal's reason", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const id = await tools.create("/usr/bin/wait");
    const running = tools.engine.runContainer(id, {
      signal: abort.signal,
      onOutput: () => abort.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
    // Lists are made from a copy that Docker updates after its answer to the kill.
    expect(await tools.engine.inspectContainer(id)).toMatchObject({ state: "exited" });
  });

  // A stop that kills at once is in no event of Podman's.
  testMethod.each([
    ["killed", (id: string) => tools.engine.stopContainer(id, { grace: 0 })],
    ["removed", (id: string) => tools.engine.removeContainer(id)],
  ] as const)("a container that is %s while it runs ends so", async (fromOutside, act) => {
    const started = Promise.withResolvers<void>();
    const id = await tools.create("/usr/bin/wait");
    const running = tools.engine.runContainer(id, { onOutput: () => {}, onStarted: started.resolve });
    await started.promise;
    await act(id);
    expect(await running).toMatchObject({ outOfMemory: false, fromOutside });
  });

  test("a container is inspected by its name", async () => {
    const id = await tools.create("/usr/bin/greet");
    expect(await tools.engine.inspectContainer(`${contractPrefix}one`)).toMatchObject({ id });
  });

  test("a running container is inspected: its state, its memory and where its ports are published", async () => {
    const abort = new AbortController();
    const started = Promise.withResolvers<void>();
    const port = { port: 8000, protocol: "tcp", hostPort: undefined, hostIp: "127.0.0.1" } as const;
    const id = await tools.create("/usr/bin/wait", { ports: [port] });
    expect(await tools.engine.inspectContainer(id)).toEqual({ id, state: "created", exitCode: 0, ports: [] });
    expect(await tools.engine.measureMemory(id)).toBeUndefined();
    const running = tools.engine.runContainer(id, {
      signal: abort.signal,
      onOutput: () => {},
      onStarted: started.resolve,
    });
    await started.promise;
    expect(await tools.engine.inspectContainer(id)).toEqual({
      id,
      state: "running",
      exitCode: 0,
      ports: [{ port: 8000, protocol: "tcp", hostPort: expect.any(Number), hostIp: "127.0.0.1" }],
    });
    const memory = await tools.engine.measureMemory(id);
    expect(memory).toBeGreaterThan(10_000);
    expect(memory).toBeLessThan(1e9);
    abort.abort(new Error("enough"));
    await expect(running).rejects.toThrow("enough");
    expect(await tools.engine.inspectContainer("contract-absent")).toBeUndefined();
    expect(await tools.engine.measureMemory("contract-absent")).toBeUndefined();
  });

  testMethod(
    "input that comes late is waited for, and one that never comes ends with its container",
    async () => {
      const create = () => tools.create("/usr/bin/listen", { hasInput: true });
      const started = Promise.withResolvers<void>();
      const input = Promise.withResolvers<Uint8Array>();
      const output = recordOutput();
      const id = await create();
      const running = tools.engine.runContainer(id, {
        ...output,
        input: input.promise,
        onStarted: started.resolve,
      });
      await started.promise;
      expect(await tools.engine.inspectContainer(id)).toMatchObject({ state: "running" });
      input.resolve(new TextEncoder().encode("hello\n"));
      expect((await running).exitCode).toBe(0);
      expect(output.text("stdout")).toBe("heard hello\n");
      await tools.engine.removeContainer(id);

      const abort = new AbortController();
      const never = tools.engine.runContainer(await create(), {
        ...recordOutput(),
        signal: abort.signal,
        input: new Promise(() => {}),
        onStarted: () => abort.abort(new Error("enough")),
      });
      await expect(never).rejects.toThrow("enough");
    },
  );

  test("a container that is stopped ends its run, and can be run again", async () => {
    const id = await tools.create("/usr/bin/wait");
    for (const _ of ["once", "again"]) {
      const started = Promise.withResolvers<void>();
      const running = tools.engine.runContainer(id, { onOutput: () => {}, onStarted: started.resolve });
      await started.promise;
      await tools.engine.stopContainer(id, { grace: 0 });
      expect((await running).exitCode).toBeGreaterThan(128);
      expect(await tools.engine.inspectContainer(id)).toMatchObject({ state: "exited" });
    }
  });

  test("stopping what does not run, or is not there, is fine", async () => {
    await tools.engine.stopContainer(await tools.create("/usr/bin/wait"), { grace: 0 });
    await tools.engine.stopContainer("contract-absent", { grace: 0 });
    expect(await tools.engine.listContainers(contractPrefix)).toMatchObject([{ state: "created" }]);
  });

  test("a host port is one container's at a time", async () => {
    const started = Promise.withResolvers<void>();
    const free = { port: 8000, protocol: "tcp", hostPort: undefined, hostIp: "127.0.0.1" } as const;
    const id = await tools.create("/usr/bin/wait", { ports: [free] });
    const running = tools.engine.runContainer(id, { onOutput: () => {}, onStarted: started.resolve });
    await started.promise;
    const hostPort = (await tools.engine.inspectContainer(id))?.ports[0]?.hostPort;
    const second = await tools.create("/usr/bin/wait", {
      name: `${contractPrefix}two`,
      ports: [{ ...free, hostPort }],
    });
    const error = await failureOf(tools.engine.runContainer(second, recordOutput()));
    expect([error.reason, error.message]).toEqual(["start-failed", expect.stringContaining(`${hostPort}`)]);
    await tools.engine.stopContainer(id, { grace: 0 });
    await running;
  });

  test("files are uploaded into a container that runs", async () => {
    const started = Promise.withResolvers<void>();
    const id = await tools.create("/usr/bin/wait");
    const running = tools.engine.runContainer(id, { onOutput: () => {}, onStarted: started.resolve });
    await started.promise;
    await tools.engine.uploadArchive(id, pack({ "srv/public/a": "hello" }));
    expect(await tools.engine.readFile(id, "/srv/public/a")).toMatchObject({ size: 5 });
    await tools.engine.stopContainer(id, { grace: 0 });
    await running;
  });

  testMethod("uploaded files are there, links and all, also in a container that never ran", async () => {
    const id = await tools.create("/usr/bin/greet", { mounts: [SOURCE] });
    await tools.engine.uploadArchive(id, pack({ "tmp/src/a": "hello" }));
    expect(await tools.engine.readFile(id, "/tmp/src/a", { headBytes: 4 })).toEqual({
      path: "/tmp/src/a",
      kind: "file",
      mode: 0o644,
      size: 5,
      modifiedAt: expect.any(String),
      head: new TextEncoder().encode("hell"),
    });
  });

  test("an upload that breaks rejects with its own error", async () => {
    const problem = new Error("the source went away");
    const archive = breakOff(pack({ "tmp/big": "x".repeat(100_000) }), problem);
    await expect(tools.engine.uploadArchive(await tools.create("/usr/bin/greet"), archive)).rejects.toBe(
      problem,
    );
  });

  test("files are read through links; what is missing is undefined", async () => {
    const id = await tools.create("/usr/bin/greet");
    const greet = await tools.engine.readFile(id, "/usr/bin/greet", { headBytes: 9 });
    expect(greet).toMatchObject({ path: "/usr/bin/greet", kind: "file", mode: 0o755 });
    expect(new TextDecoder().decode(greet?.head)).toBe("#!/bin/sh");
    expect(await tools.engine.readFile(id, contractFiles.link.path, { headBytes: 9 })).toEqual(greet);
    expect(await tools.engine.readFile(id, "/usr/bin")).toMatchObject({ kind: "directory" });
    expect(await tools.engine.readFile(id, "/usr/bin/absent")).toBeUndefined();
  });

  test("reading from a missing container rejects with not-found", async () => {
    expect((await failureOf(tools.engine.readFile("contract-absent", "/x"))).reason).toBe("not-found");
  });

  test("a folder holds files when anything but folders is below it, in a container that runs, too", async () => {
    const started = Promise.withResolvers<void>();
    const id = await tools.create("/usr/bin/wait", { mounts: [SOURCE] });
    const holds = (path: string) => tools.engine.holdsFiles(id, path);
    expect(await holds("/usr/bin")).toBe(true);
    expect(await holds(contractFiles.plain.path)).toBe(true);
    expect(await holds(contractFiles.link.path)).toBe(true);
    expect(await holds("/opt/absent")).toBe(false);
    expect(await holds(`${contractFiles.plain.path}/below`)).toBe(false);
    await tools.engine.uploadArchive(id, packFiles([{ path: "opt/empty" }, { path: `opt/empty/${LONG}` }]));
    expect(await holds("/opt/empty")).toBe(false);
    expect(await holds("/tmp/src")).toBe(false);
    const running = tools.engine.runContainer(id, { onOutput: () => {}, onStarted: started.resolve });
    await started.promise;
    expect(await holds("/opt/empty")).toBe(false);
    await tools.engine.uploadArchive(id, pack({ [`opt/empty/${LONG}/a`]: "", "tmp/src/a": "hello" }));
    expect(await holds("/opt/empty")).toBe(true);
    expect(await holds("/tmp/src")).toBe(true);
    await tools.engine.stopContainer(id, { grace: 0 });
    await running;
  });

  test("looking for files in a missing container rejects with not-found", async () => {
    const error = await failureOf(tools.engine.holdsFiles("contract-absent", "/opt"));
    expect(error.reason).toBe("not-found");
  });

  testMethod("a container's files are exported as they are, but for what is mounted", async () => {
    const id = await tools.create("/usr/bin/greet", { mounts: [SOURCE] });
    await tools.engine.uploadArchive(id, pack({ "tmp/src/a": "source", "opt/b": "result" }));
    const files = await unpackExport(await tools.engine.exportContainer(id));
    expect(files.get("opt/b")).toEqual({ type: "file", mode: 0o644, link: "", content: "result" });
    expect(files.get("opt")).toMatchObject({ type: "directory" });
    expect(files.get("usr/bin/greet")).toMatchObject({ type: "file", mode: 0o755 });
    const { link } = contractFiles;
    expect(files.get(link.path.slice(1))).toMatchObject({ type: "symlink", link: link.target });
    expect(files.has("tmp/src/a")).toBe(false);
  });

  test("an export that is left leaves its container free", async () => {
    const id = await tools.create("/usr/bin/greet");
    for await (const _ of await tools.engine.exportContainer(id)) break;
    await tools.engine.removeContainer(id);
    expect(await tools.engine.listContainers(contractPrefix)).toEqual([]);
  });

  test("exporting a missing container rejects with not-found", async () => {
    expect((await failureOf(tools.engine.exportContainer("contract-absent"))).reason).toBe("not-found");
  });

  testMethod("a commit has the config it is given and nothing of what is mounted", async () => {
    const id = await tools.create("/usr/bin/greet", { mounts: [SOURCE] });
    await tools.engine.uploadArchive(id, pack({ "tmp/src/a": "source", "opt/b": "result" }));
    await tools.engine.runContainer(id, recordOutput());
    const config = {
      entrypoint: [],
      cmd: ["/usr/bin/run"],
      env: ["PATH=/usr/bin:/bin", "APP=one"],
      user: "1000:1000",
      workingDir: "/opt",
      labels: { [contractLabel]: "1", text: 'two\nlines "and" $more' },
    };
    const image = await tools.engine.commitContainer(id, { ...config, comment: "a comment" });
    expect((await tools.engine.inspectImage(image))?.config).toMatchObject({ ...config, volumes: [] });
    const of = { image, entrypoint: ["/x"], cmd: [], env: [], user: "", labels: {}, mounts: [] };
    const committed = await tools.engine.createContainer({ ...of, name: `${contractPrefix}committed` });
    expect(await tools.engine.readFile(committed, "/opt/b")).toMatchObject({ size: 6 });
    expect(await tools.engine.readFile(committed, "/tmp/src/a")).toBeUndefined();
  });

  testMethod("a commit without a command has none when its container has an entrypoint alone", async () => {
    const id = await tools.create("/usr/bin/greet");
    const config = { entrypoint: [], cmd: [], env: [], user: "", workingDir: "", labels: {}, comment: "" };
    const image = await tools.engine.commitContainer(id, config);
    expect((await tools.engine.inspectImage(image))?.config).toMatchObject({ entrypoint: [], cmd: [] });
  });

  test("removing a container that is not there is fine", async () => {
    const id = await tools.create("/usr/bin/greet");
    await tools.engine.removeContainer(id);
    await tools.engine.removeContainer(id);
    expect(await tools.engine.listContainers(contractPrefix)).toEqual([]);
  });

  testMethod("disk usage knows images, containers and volumes, and which volumes are mounted", async () => {
    const name = `${contractPrefix}volume`;
    const labels = { [contractLabel]: "usage" };
    const id = await tools.create("/usr/bin/greet", {
      mounts: [{ kind: "volume", name, target: "/tmp/src", labels }],
    });
    await tools.engine.uploadArchive(id, pack({ "tmp/src/a": "hello", "opt/b": "hello" }));
    const volume = { name, labels, size: expect.any(Number), createdAt: expect.any(Number) };
    const held = await tools.engine.diskUsage();
    expect(held.volumes).toContainEqual({ ...volume, inUse: true });
    expect(held.containers).toContainEqual({ id, size: expect.any(Number) });
    const base = await tools.engine.inspectImage(tools.baseImage);
    expect(held.images).toContainEqual({ id: base?.id, size: expect.any(Number) });
    await tools.engine.removeContainer(id);
    expect((await tools.engine.diskUsage()).volumes).toContainEqual({ ...volume, inUse: false });
  });

  test("a record of the build cache that is not there is kept", async () => {
    expect(await tools.engine.removeBuildCache("contract0absent")).toBe("kept");
  });

  test("a volume has a folder, is made once, and is inspected by name", async () => {
    const name = `${contractPrefix}volume`;
    const labels = { [contractLabel]: "made" };
    expect(await tools.engine.inspectVolume(name)).toBeUndefined();
    const volume = await tools.engine.createVolume(name, labels);
    expect(volume).toEqual({ name, labels, folder: expect.stringMatching(/^\/.*contract-volume/) });
    expect(await tools.engine.createVolume(name, labels)).toEqual(volume);
    expect(await tools.engine.inspectVolume(name)).toEqual(volume);
  });

  testOverlay("an overlay shows what is below it, and changes nothing there", async () => {
    const labels = { [contractLabel]: "overlay" };
    const [below, upper, work] = await Promise.all(
      ["below", "upper", "work"].map((name) => tools.engine.createVolume(`${contractPrefix}${name}`, labels)),
    );
    const mount = { kind: "volume", name: `${contractPrefix}below`, target: "/kept", labels } as const;
    const keeper = await tools.create("/usr/bin/greet", { mounts: [mount] });
    await tools.engine.uploadArchive(keeper, pack({ "kept/tree/a": "one", "kept/tree/b": "one" }));
    const folders = { lower: `${below?.folder}/tree`, upper: `${upper?.folder}`, work: `${work?.folder}` };
    const id = await tools.create("/usr/bin/greet", {
      name: `${contractPrefix}two`,
      mounts: [{ kind: "overlay", name: `${contractPrefix}over`, labels, target: "/tmp/src", ...folders }],
    });
    await tools.engine.uploadArchive(id, pack({ "tmp/src/b": "changed" }));
    expect(await tools.engine.readFile(id, "/tmp/src/a")).toMatchObject({ size: 3 });
    expect(await tools.engine.readFile(id, "/tmp/src/b")).toMatchObject({ size: 7 });
    expect(await tools.engine.readFile(keeper, "/kept/tree/b")).toMatchObject({ size: 3 });
    expect((await tools.engine.runContainer(id, recordOutput())).exitCode).toBe(0);
    await tools.engine.removeContainer(id);
    expect((await tools.engine.listVolumes(contractLabel)).map(({ name }) => name).sort()).toEqual(
      ["below", "over", "upper", "work"].map((name) => `${contractPrefix}${name}`),
    );
    await tools.engine.removeVolume(`${contractPrefix}over`);
    expect(await tools.engine.readFile(keeper, "/kept/tree/a")).toMatchObject({ size: 3 });
  });

  testOverlay("an overlay over what is not there cannot be mounted", async () => {
    const labels = { [contractLabel]: "overlay" };
    const { folder } = await tools.engine.createVolume(`${contractPrefix}below`, labels);
    const folders = { lower: `${folder}/absent`, upper: `${folder}/upper`, work: `${folder}/work` };
    const id = await tools.create("/usr/bin/greet", {
      mounts: [{ kind: "overlay", name: `${contractPrefix}over`, labels, target: "/tmp/src", ...folders }],
    });
    const error = await failureOf(tools.engine.uploadArchive(id, pack({ "tmp/src/a": "one" })));
    expect(error.reason).toBe("mount-failed");
  });

  testMethod(
    "named volumes are listed by label, outlive their container and are removed by name",
    async () => {
      const volume = `${contractPrefix}volume`;
      const id = await tools.create("/usr/bin/greet", {
        mounts: [{ kind: "volume", name: volume, target: "/tmp/src", labels: { [contractLabel]: "volume" } }],
      });
      expect((await failureOf(tools.engine.removeVolume(volume))).reason).toBe("conflict");
      await tools.engine.removeContainer(id);
      expect(await tools.engine.listVolumes(`${contractLabel}=volume`)).toEqual([
        { name: volume, labels: { [contractLabel]: "volume" } },
      ]);
      await tools.engine.removeVolume(volume);
      await tools.engine.removeVolume(volume);
      expect(await tools.engine.listVolumes(contractLabel)).toEqual([]);
    },
  );
}
