// The engine contract's cases about containers. Shared words and helpers are in
// contract-tools.ts.
import type { EngineDescription } from "@sti/core";
import { expect, test } from "vitest";
import {
  type ContractTools,
  contractFiles,
  contractLabel,
  contractPrefix,
  failureOf,
  pack,
  recordOutput,
} from "./contract-tools.ts";

const SOURCE = {
  kind: "volume",
  name: `${contractPrefix}source`,
  target: "/tmp/src",
  labels: { [contractLabel]: "source" },
} as const;

export function describeContainerContract(
  tools: ContractTools,
  { commitsExactly, product, version }: EngineDescription,
): void {
  /** For features that only builds by the container method need. */
  const testMethod = test.runIf(commitsExactly !== false);

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
}
