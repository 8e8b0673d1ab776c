// The engine contract's cases about volumes and disk usage.
import type { EngineDescription } from "@sti/core";
import { expect, test } from "vitest";
import {
  type ContractTools,
  contractLabel,
  contractPrefix,
  failureOf,
  pack,
  recordOutput,
} from "./contract-tools.ts";

export function describeVolumeContract(
  tools: ContractTools,
  { commitsExactly, overlays }: EngineDescription,
): void {
  const testMethod = test.runIf(commitsExactly !== false);
  const testOverlay = test.runIf(overlays !== false);

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
