// The engine contract's cases about the files of containers.
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

export function describeContainerFilesContract(
  tools: ContractTools,
  { commitsExactly }: EngineDescription,
): void {
  const testMethod = test.runIf(commitsExactly !== false);

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
}
