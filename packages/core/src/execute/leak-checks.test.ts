import { graphOf, snapshot } from "@sti/testing/definitions";
import type { FakeEngine } from "@sti/testing/fake-engine";
import type { FakeFile } from "@sti/testing/fake-files";
import { createMemoryRecords, type MemoryRecords } from "@sti/testing/memory-records";
import {
  BUILDER,
  BUILDER_FILES,
  builderApp,
  builderEngine,
  runPlan,
  untaggedImages,
} from "@sti/testing/session";
import { describe, expect, test } from "vitest";
import type { Engine, EngineDescription } from "../engine/engine.ts";
import { describeFailure } from "../failure/describe-failure.ts";

describe("an image that holds files in a folder that only its build may see", () => {
  test.each(["/tmp/src/a", "/tmp/artifacts/a", "/run/sti/env", "/run/sti"])(
    "fails its build and is removed, before any tag moves: %s",
    async (path) => {
      const fake = fakeEngine();
      const { failures, outcomes } = await build(
        leaking(fake, () => ({ [path]: "hush" })),
        ["web"],
      );
      expect(outcomes).toEqual({ web: "failed" });
      const folder = path.replace(/\/(?:a|env)$/, "");
      expect(failures).toEqual([
        {
          summary: `built image does not match the request: it holds files in ${folder}, which only the build may see`,
          hint: expect.stringContaining("no tag was moved"),
        },
      ]);
      expect(fake.state.tags.has("acme/web:latest")).toBe(false);
      expect(untaggedImages(fake)).toEqual([]);
      expect([...fake.state.containers.keys()]).toEqual([]);
    },
  );

  test("is as it should be if its base holds files there, or if no mount of its build covers the folder", async () => {
    const fake = fakeEngine({ "/tmp/src/of-base": "base" });
    const files = { "/tmp/build/a": "made by prepare", "/run/secrets/a": "made by prepare" };
    expect((await build(fake, ["web"])).outcomes).toEqual({ web: "built" });
    const engine = leaking(fakeEngine(), () => files);
    expect((await build(engine, ["web"])).outcomes).toEqual({ web: "built" });
    const app = { secrets: { TOKEN: { env: "TOKEN" } }, runtimeImage: "acme/builder" };
    const { failures } = await build(engine, ["web"], { app });
    expect(failures[0]?.summary).toContain("it holds files in /tmp/build and /run/secrets, which only");
  });

  test("fails an extended build with either stage", async () => {
    let commits = 0;
    const engine = leaking(fakeEngine(), () => {
      commits += 1;
      return commits === 2 ? { "/tmp/src/a": "" } : {};
    });
    const { outcomes } = await build(engine, ["web"], { app: { runtimeImage: "acme/builder" } });
    expect([commits, outcomes]).toEqual([2, { web: "failed" }]);
  });
});

describe("an inspection", () => {
  const inspectionsIn = async (fake: FakeEngine, work: () => Promise<unknown>) => {
    const before = fake.count("holdsFiles");
    await work();
    return (fake.count("holdsFiles") - before) / 3;
  };

  test("is not repeated for images of the same form, in this session or a later one", async () => {
    const [fake, records] = [fakeEngine(), createMemoryRecords()];
    expect(await inspectionsIn(fake, () => build(fake, ["web", "api", "db"], { records }))).toBe(1);
    const app = { incremental: false };
    expect(
      await inspectionsIn(fake, () => build(fake, ["web", "other"], { app, records, version: "2" })),
    ).toBe(0);
    expect(records.asked.get("readChecked")).toBe(2);
    expect(await inspectionsIn(fake, () => build(fake, ["web", "other"], { records, version: "3" }))).toBe(1);
  });

  test.each<[string, Given, Partial<EngineDescription>]>([
    ["by the other method", { app: { method: "dockerfile" } }, {}],
    ["with a cache", { app: { caches: [{ target: "/cache" }] } }, {}],
    ["by another version of sti", { toolVersion: "2.0.0" }, {}],
    ["by another engine", {}, { id: "other" }],
    ["by another version of the engine", {}, { version: "30.0" }],
    ["with another image store", {}, { imageStore: "containerd" }],
    ["without root", {}, { rootless: true }],
  ])("is repeated for an image that is built %s", async (_, given, description) => {
    const records = createMemoryRecords();
    await build(fakeEngine(), ["web"], { records });
    const other = fakeEngine({}, description);
    expect(await inspectionsIn(other, () => build(other, ["web"], { ...given, records }))).toBe(1);
  });

  test("is remembered for an engine without an id by product and version", async () => {
    const records = createMemoryRecords();
    const podman = () => fakeEngine({}, { id: undefined, product: "Podman", version: "5.4" });
    await build(podman(), ["web"], { records });
    const again = podman();
    expect(await inspectionsIn(again, () => build(again, ["web"], { records }))).toBe(0);
  });

  test("that finds a leak is not remembered, and the other targets have their own images inspected", async () => {
    const [fake, records] = [fakeEngine(), createMemoryRecords()];
    let files: Readonly<Record<string, FakeFile>> = { "/tmp/src/a": "" };
    const engine = leaking(fake, () => files);
    expect((await build(engine, ["web", "api"], { records })).outcomes).toEqual({
      web: "failed",
      api: "failed",
    });
    expect(records.asked.get("writeChecked")).toBeUndefined();
    files = {};
    expect(await inspectionsIn(fake, () => build(engine, ["web", "api"], { records }))).toBe(1);
  });

  test("is awaited by other targets with images of the same form", async () => {
    const fake = fakeEngine();
    const held = fake.hold("holdsFiles");
    const building = build(fake, ["web", "api"]);
    const calls = [await held.next(), await held.next(), await held.next()];
    while (fake.count("commitContainer") < 2) await new Promise((resolve) => setImmediate(resolve));
    expect([fake.count("tagImage"), held.waiting]).toEqual([0, 0]);
    for (const call of calls) call.continue();
    expect((await building).outcomes).toEqual({ web: "built", api: "built" });
    expect(fake.count("holdsFiles")).toBe(3);
  });

  test("that cannot be remembered costs one warning", async () => {
    const records: MemoryRecords = {
      ...createMemoryRecords(),
      writeChecked: async () => {
        throw new Error("read-only file system");
      },
    };
    const { outcomes, warnings } = await build(fakeEngine(), ["web"], { records });
    expect(outcomes).toEqual({ web: "built" });
    expect(warnings).toEqual(["nothing is remembered for the next session: read-only file system"]);
  });
});

function fakeEngine(more: Readonly<Record<string, FakeFile>> = {}, description: object = {}): FakeEngine {
  const files = { ...BUILDER_FILES, ...more };
  return builderEngine({
    images: [{ ...BUILDER, files }],
    buildImage: () => ({ config: { cmd: ["/usr/bin/run"] }, files }),
    description,
  });
}

interface Given {
  readonly records?: MemoryRecords;
  /** Fields of all apps. */
  readonly app?: object;
  readonly version?: string;
  readonly toolVersion?: string;
}

/** Builds apps, at the same time. */
async function build(engine: Engine, names: readonly string[], given: Given = {}) {
  const { app = {}, version = "1", ...more } = given;
  const apps = Object.fromEntries(names.map((name) => [name, builderApp(name, app)]));
  const token = new Map([["TOKEN", new TextEncoder().encode("hush")]]);
  const { ended, events, outcomes } = await runPlan(graphOf({ apps }), {
    engine,
    snapshot: () => snapshot({ digest: version }),
    secrets: new Map(names.map((name) => [name, token])),
    concurrency: names.length,
    clock: { now: () => 1 },
    ...more,
  });
  return {
    outcomes,
    failures: Object.values(ended).flatMap(({ failure }) =>
      failure === undefined ? [] : [describeFailure(failure)],
    ),
    warnings: events.flatMap((event) => (event.type === "target-warning" ? [event.message] : [])),
  };
}

/** The engine, whose commits also have these files. */
function leaking(fake: FakeEngine, files: () => Readonly<Record<string, FakeFile>>): Engine {
  return {
    ...fake,
    async commitContainer(...args) {
      const id = await fake.commitContainer(...args);
      const image = fake.state.images.get(id);
      if (image === undefined) throw new Error("nothing was committed");
      fake.state.images.set(id, {
        ...image,
        files: new Map([...image.files, ...Object.entries(files())]),
      });
      return id;
    },
  };
}
