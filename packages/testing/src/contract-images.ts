// The engine contract's cases about engines and images. Shared words and helpers are in contract-tools.ts.
import type { EngineDescription } from "@sti/core";
import { expect, test } from "vitest";
import {
  breakOff,
  type ContractTools,
  contractLabel,
  contractPrefix,
  failureOf,
  pack,
  recordOutput,
} from "./contract-tools.ts";

export function describeImageContract(
  tools: ContractTools,
  { imageStore, product }: EngineDescription,
): void {
  const isDocker = product !== "Podman";

  test("an engine says its version, its kind and its size", async () => {
    const description = await tools.engine.describe();
    expect(description).toMatchObject({ os: "linux", version: expect.stringMatching(/^\d+\./) });
    expect(description.apiVersion).toMatch(/^\d+\.\d+$/);
    expect(description.cpus).toBeGreaterThan(0);
    expect(description.memory).toBeGreaterThan(0);
    expect(description.now).toBeGreaterThan(0);
  });

  test("a missing image is undefined", async () => {
    expect(await tools.engine.inspectImage("contract/absent:1")).toBeUndefined();
  });

  test("an image is found by tag and by id, and is in the list", async () => {
    const image = await tools.engine.inspectImage(tools.baseImage);
    expect(await tools.engine.inspectImage(image?.id ?? "")).toEqual(image);
    expect(await tools.engine.listImages()).toContainEqual(expect.objectContaining({ id: image?.id }));
  });

  test("pulling what cannot be had says so with a reason of its own", async () => {
    const error = await failureOf(tools.engine.pullImage("127.0.0.1:1/contract/absent:1"));
    expect(error.reason).toMatch(/^pull-/);
  });

  test("pulling names the digest, by which the image can be pulled again, found and tagged", async () => {
    const { reference, digest } = tools.published;
    const byDigest = `${reference.slice(0, reference.lastIndexOf(":"))}@${digest}`;
    // Podman does not report it: the image has it.
    const named = isDocker ? digest : undefined;
    expect(await tools.engine.pullImage(reference)).toBe(named);
    expect((await tools.engine.inspectImage(reference))?.digests).toContain(byDigest);
    await tools.engine.removeImage(reference);

    expect(await tools.engine.pullImage(byDigest)).toBe(named);
    const image = await tools.engine.inspectImage(byDigest);
    const listed = (await tools.engine.listImages()).find(({ id }) => id === image?.id);
    expect(listed).toMatchObject({ tags: [], digests: [byDigest] });
    await tools.engine.tagImage(image?.id ?? "", reference);
    expect(await tools.engine.inspectImage(reference)).toMatchObject({ id: image?.id, digests: [byDigest] });
    expect(await tools.engine.removeImage(reference)).toBe("removed");
  });

  test("pushing what cannot be pushed says so with a reason of its own", async () => {
    const error = await failureOf(tools.engine.pushImage("127.0.0.1:1/contract/absent:1"));
    expect(error.reason).toBe("push-not-found");
  });

  test("a build hands on its output by stream and makes an untagged, labelled image", async () => {
    const output = recordOutput();
    const id = await tools.engine.buildImage(tools.build("/usr/bin/greet", { onOutput: output.onOutput }));
    // Podman prints its own steps as well, and all in one stream.
    const [out, error] = isDocker ? (["stdout", "stderr"] as const) : (["stdout", "stdout"] as const);
    expect(output.text(out)).toMatch(isDocker ? /^out$/ : /out/);
    expect(output.text(error)).toMatch(isDocker ? /^err$/ : /err/);
    const image = await tools.engine.inspectImage(id);
    expect(image).toMatchObject({ id, tags: [], config: { labels: { [contractLabel]: "1" } } });
  });

  test("a history has the newest step first: an image's own, then those of its base", async () => {
    const parent = await tools.engine.buildImage(
      tools.build("/usr/bin/greet", {
        context: pack({ Dockerfile: `FROM ${tools.baseImage}\nENV A=1\nLABEL made.by=${contractLabel}\n` }),
        labels: {},
      }),
    );
    const own = { createdBy: expect.stringContaining(`LABEL made.by=${contractLabel}`) };
    const [newest, before] = (await tools.engine.readHistory(parent)) ?? [];
    expect(newest).toMatchObject(own);
    expect(before).toMatchObject({ createdBy: expect.stringMatching(/ENV A=1/) });

    const container = await tools.engine.createContainer({
      image: parent,
      name: `${contractPrefix}history`,
      entrypoint: ["/usr/bin/greet"],
      cmd: [],
      env: [],
      user: "",
      labels: {},
      mounts: [],
    });
    const config = { entrypoint: [], cmd: [], env: [], user: "", workingDir: "", labels: {} };
    const child = await tools.engine.commitContainer(container, { ...config, comment: "made by hand" });
    const [committed, ...rest] = (await tools.engine.readHistory(child)) ?? [];
    // Podman drops it.
    expect(committed?.comment).toEqual(isDocker ? "made by hand" : expect.not.stringContaining("made"));
    expect(rest[0]).toMatchObject(own);
    await tools.engine.removeContainer(container);
    await tools.engine.removeImage(child);
    await tools.engine.removeImage(parent);
    expect(await tools.engine.readHistory(parent)).toBeUndefined();
  });

  test("a build with a failing command says the command's exit code", async () => {
    const error = await failureOf(tools.engine.buildImage(tools.build("/usr/bin/fail")));
    expect(error).toMatchObject({ reason: "build-failed", exitCode: 7 });
  });

  test("a build without its Dockerfile fails", async () => {
    const context = pack({ other: "" });
    const error = await failureOf(tools.engine.buildImage(tools.build("/usr/bin/greet", { context })));
    expect(error.reason).toBe("build-failed");
  });

  test("a build whose context breaks rejects with the context's own error and makes nothing", async () => {
    const problem = new Error("the source went away");
    const context = breakOff(pack({ big: "x".repeat(100_000), Dockerfile: "FROM scratch\n" }), problem);
    await expect(tools.engine.buildImage(tools.build("/usr/bin/greet", { context }))).rejects.toBe(problem);
    const made = (await tools.engine.listImages()).filter(({ labels }) => contractLabel in labels);
    expect(made).toEqual([]);
  });

  test("an aborted build rejects with the signal's reason", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    const onOutput = () => abort.abort(reason);
    const building = tools.engine.buildImage(tools.build("/usr/bin/wait", { onOutput }), {
      signal: abort.signal,
    });
    await expect(building).rejects.toBe(reason);
  });

  test("a tag moves from the image that had it to the one that gets it", async () => {
    const first = await tools.engine.buildImage(
      tools.build("/usr/bin/greet", { labels: { [contractLabel]: "first" } }),
    );
    const second = await tools.engine.buildImage(
      tools.build("/usr/bin/greet", { labels: { [contractLabel]: "second" } }),
    );
    await tools.engine.tagImage(first, "contract/moved:1");
    await tools.engine.tagImage(second, "contract/moved:1");
    expect(await tools.engine.inspectImage(first)).toMatchObject({ tags: [] });
    expect(await tools.engine.inspectImage(second)).toMatchObject({ tags: ["contract/moved:1"] });
  });

  test("tagging a missing image rejects with not-found", async () => {
    const error = await failureOf(tools.engine.tagImage("contract/absent:1", "contract/other:1"));
    expect(error.reason).toBe("not-found");
  });

  test("an image that is built again with the same result goes with its tag", async () => {
    const tag = `${contractPrefix}again:1`;
    const build = async () =>
      await tools.engine.buildImage({ ...tools.build("/usr/bin/greet"), noCache: false, keepsSteps: true });
    const first = await build();
    await tools.engine.tagImage(first, tag);
    const second = await build();
    await tools.engine.tagImage(second, tag, { isHeld: second === first });
    expect((await tools.engine.listImages()).filter(({ id }) => id === second)).toHaveLength(1);
    await tools.engine.removeImage(tag);
    expect(await tools.engine.inspectImage(second)).toBeUndefined();
    await tools.engine.removeImage(first);
  });

  test("an image can be removed once, and not while a container is of it", async () => {
    const id = await tools.engine.buildImage(tools.build("/usr/bin/greet"));
    const container = await tools.engine.createContainer({
      image: id,
      name: `${contractPrefix}holds`,
      entrypoint: ["/usr/bin/greet"],
      cmd: [],
      env: [],
      user: "",
      labels: {},
      mounts: [],
    });
    expect(await tools.engine.removeImage(id)).toBe("in-use");
    await tools.engine.removeContainer(container);
    expect(await tools.engine.removeImage(id)).toBe("removed");
    expect(await tools.engine.removeImage(id)).toBe("missing");
  });

  /** An image, and one that was committed from a container of it. */
  const makeFamily = async () => {
    const parent = await tools.engine.buildImage(tools.build("/usr/bin/greet"));
    const spec = { entrypoint: ["/usr/bin/greet"], cmd: [], env: [], user: "", labels: {}, mounts: [] };
    const container = await tools.engine.createContainer({
      ...spec,
      image: parent,
      name: `${contractPrefix}child`,
    });
    await tools.engine.runContainer(container, recordOutput());
    const config = { entrypoint: [], cmd: [], env: [], user: "", workingDir: "", labels: {}, comment: "" };
    const child = await tools.engine.commitContainer(container, config);
    await tools.engine.removeContainer(container);
    return { parent, child };
  };

  test("an untagged parent goes with its last child", async () => {
    const { child, parent } = await makeFamily();
    expect(await tools.engine.removeImage(child)).toBe("removed");
    expect(await tools.engine.inspectImage(parent)).toBeUndefined();
  });

  test("a parent is removed or in use, as its removal says", async () => {
    const { child, parent } = await makeFamily();
    const removal = await tools.engine.removeImage(parent);
    const isThere = (await tools.engine.inspectImage(parent)) !== undefined;
    expect(removal).toBe(isThere ? "in-use" : "removed");
    await tools.engine.removeImage(child);
  });

  // Podman and containerd's store forget a digest with its tag.
  test.runIf(isDocker && imageStore !== "containerd")(
    "an image that two repositories name by digest is removed by these names, not by its id",
    async () => {
      const host = tools.published.reference.split("/")[0];
      const tags = ["one", "two"].map((name) => `${host}/contract/${name}:1`);
      const id = await tools.engine.buildImage(tools.build("/usr/bin/greet"));
      const base = await tools.engine.inspectImage(tools.baseImage);
      for (const tag of tags) {
        await tools.engine.tagImage(id, tag);
        await tools.engine.pushImage(tag);
        // The tag moves on, and the digest stays.
        await tools.engine.tagImage(base?.id ?? "", tag);
        await tools.engine.removeImage(tag);
      }
      const image = await tools.engine.inspectImage(id);
      expect(image).toMatchObject({ tags: [], digests: [expect.any(String), expect.any(String)] });
      expect(await tools.engine.removeImage(id)).toBe("in-use");
      for (const digest of image?.digests ?? [])
        expect(await tools.engine.removeImage(digest)).toBe("removed");
      expect(await tools.engine.inspectImage(id)).toBeUndefined();
    },
  );

  test("a call with an aborted signal rejects with its reason", async () => {
    const reason = new Error("enough");
    const options = { signal: AbortSignal.abort(reason) };
    await expect(tools.engine.describe(options)).rejects.toBe(reason);
    await expect(tools.engine.listImages(options)).rejects.toBe(reason);
    await expect(tools.engine.removeContainer("contract-absent", options)).rejects.toBe(reason);
  });
}
