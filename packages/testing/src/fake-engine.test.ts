import { EngineError } from "@sti/core";
import { expect, test } from "vitest";
import { contractFiles, contractScripts } from "./contract-tools.ts";
import { describeEngineContract } from "./engine-contract.ts";
import { createFakeEngine, type FakeEngine } from "./fake-engine.ts";

describeEngineContract(await createFakeEngine().describe(), async () => {
  const { plain, link } = contractFiles;
  const files = { ...contractScripts, [plain.path]: plain, [link.path]: { link: link.target } };
  const published = { reference: "127.0.0.1:5000/contract/published:1", digest: `sha256:${"d".repeat(64)}` };
  const forever = () => new Promise<never>(() => {});
  const engine = createFakeEngine({
    images: [{ tags: ["contract/base:1"], files }],
    registry: [{ tags: [published.reference], digest: published.digest }],
    runContainer({ input, spec, print }) {
      if (spec.entrypoint[0] === "/usr/bin/fail") return 7;
      if (spec.entrypoint[0] === "/usr/bin/listen") {
        print(`heard ${new TextDecoder().decode(input)}`);
        return 0;
      }
      if (spec.entrypoint[0] === "/usr/bin/wait") {
        print("ready\n");
        return forever();
      }
      print("out");
      print("err", "stderr");
      return 0;
    },
    runCommand({ command, input, print }) {
      if (command[0] === "/usr/bin/fail") return 7;
      if (command[0] === "/usr/bin/listen") {
        print(`heard ${new TextDecoder().decode(input)}`);
        return 0;
      }
      print("out");
      print("err", "stderr");
      return 0;
    },
    buildImage({ dockerfile, print }) {
      if (dockerfile.includes("/usr/bin/fail")) {
        const message = "exit code: 7";
        throw new EngineError({ reason: "build-failed", operation: "build image", message, exitCode: 7 });
      }
      if (dockerfile.includes("/usr/bin/wait")) {
        print("ready\n");
        return forever();
      }
      print("out");
      print("err", "stderr");
      return { files };
    },
  });
  return { engine, baseImage: "contract/base:1", published, close: async () => {} };
});

function createSmallEngine(): FakeEngine {
  return createFakeEngine({ images: [{ tags: ["acme/base:1"] }] });
}

test("a held call does nothing until it is let go on", async () => {
  const engine = createSmallEngine();
  const held = engine.hold("tagImage");
  const tagging = engine.tagImage("acme/base:1", "acme/new:1");
  const call = await held.next();
  expect(call.args).toEqual(["acme/base:1", "acme/new:1"]);
  expect(await engine.inspectImage("acme/new:1")).toBeUndefined();
  call.continue();
  await tagging;
  expect(await engine.inspectImage("acme/new:1")).toBeDefined();
});

test("a held call can be made to fail without having acted", async () => {
  const engine = createSmallEngine();
  const held = engine.hold("tagImage");
  const tagging = engine.tagImage("acme/base:1", "acme/new:1");
  const problem = new Error("lost");
  (await held.next()).fail(problem);
  await expect(tagging).rejects.toBe(problem);
  expect(await engine.inspectImage("acme/new:1")).toBeUndefined();
});

test("aborting a held call rejects it with the signal's reason", async () => {
  const engine = createSmallEngine();
  const held = engine.hold("listImages");
  const abort = new AbortController();
  const listing = engine.listImages({ signal: abort.signal });
  await held.next();
  const reason = new Error("enough");
  abort.abort(reason);
  await expect(listing).rejects.toBe(reason);
});

test("releasing a hold lets waiting and later calls pass", async () => {
  const engine = createSmallEngine();
  const held = engine.hold("listImages");
  const listing = engine.listImages();
  held.release();
  expect(await listing).toHaveLength(1);
  expect(await engine.listImages()).toHaveLength(1);
});

test("calls are recorded in order and counted by operation", async () => {
  const engine = createSmallEngine();
  await engine.describe();
  await engine.inspectImage("acme/base:1");
  await engine.inspectImage("acme/base:2");
  expect(engine.calls.map((call) => call.operation)).toEqual(["describe", "inspectImage", "inspectImage"]);
  expect(engine.count("inspectImage")).toBe(2);
  expect(engine.count()).toBe(3);
});

test("an image of the registry can be pulled and is then there", async () => {
  const engine = createFakeEngine({ registry: [{ tags: ["acme/far:1"], config: { user: "7" } }] });
  await engine.pullImage("acme/far:1");
  expect(await engine.inspectImage("acme/far:1")).toMatchObject({ config: { user: "7" } });
});

test("a record of the build cache goes when no build uses it", async () => {
  const engine = createSmallEngine();
  const record = { type: "exec.cachemount", description: "", size: 1, lastUsed: undefined };
  engine.state.buildCache.set("free", { ...record, id: "free", inUse: false });
  engine.state.buildCache.set("held", { ...record, id: "held", inUse: true });
  expect(await engine.removeBuildCache("free")).toBe("removed");
  expect(await engine.removeBuildCache("held")).toBe("kept");
  expect((await engine.diskUsage()).buildCache.map(({ id }) => id)).toEqual(["held"]);
});
