// Images that somebody made from a result: they have all its labels.
import { graphOf } from "@sti/testing/definitions";
import { addImage } from "@sti/testing/fake-images";
import { createMemoryRecords } from "@sti/testing/memory-records";
import { builderApp, builderEngine, runPlan, untaggedImages } from "@sti/testing/session";
import { expect, test } from "vitest";
import { removeUntagged } from "./remove-untagged.ts";

const METHODS = ["run", "build"] as const;

test.each(METHODS)("a result by method %s is known by its history, and remembered", async (method) => {
  const { build, engine } = start({ method });
  expect((await build()).outcomes).toEqual({ web: "built" });
  const elsewhere = createMemoryRecords();
  expect((await build(elsewhere)).outcomes).toEqual({ web: "up-to-date" });
  const asked = engine.count("readHistory");
  expect(asked).toBe(1);
  expect((await build(elsewhere)).outcomes).toEqual({ web: "up-to-date" });
  expect(engine.count("readHistory")).toBe(asked);
});

test("an image of an earlier version, whose history proves nothing, is known by the record", async () => {
  const { build, engine, records, forgetProof } = start();
  await build();
  forgetProof();
  expect((await build(unproven(records))).outcomes).toEqual({ web: "up-to-date" });
  expect(engine.count("readHistory")).toBe(0);
  const { ended } = await build(createMemoryRecords());
  expect(ended.web).toMatchObject({ outcome: "built", causes: [{ kind: "image-foreign", target: null }] });
});

test.each(METHODS)(
  "an heir with the tag of a result by method %s is none: the target is built",
  async (method) => {
    const { build, inherit } = start({ method });
    await build();
    const heir = inherit("acme/web");
    const { ended } = await build();
    expect(ended.web).toMatchObject({ outcome: "built", causes: [{ kind: "image-foreign", target: null }] });
    expect(ended.web?.imageId).not.toBe(heir);
  },
);

test("an heir with the build tag is no build stage", async () => {
  const { build, inherit } = start({ runtimeImage: "acme/builder" });
  await build();
  inherit("acme/web:latest-build");
  const { ended } = await build();
  expect(ended.web).toMatchObject({ outcome: "built", causes: [{ kind: "build-half-missing" }] });
});

test("an heir that loses the tag to a result stays, and the result that loses it goes", async () => {
  const { build, engine, inherit } = start();
  const first = await build();
  const heir = inherit("acme/web");
  await build();
  expect(untaggedImages(engine)).toContain(heir);
  expect(engine.state.images.has(first.ended.web?.imageId ?? "")).toBe(true);
  const second = engine.state.tags.get("acme/web:latest");
  await build(undefined, true);
  expect(engine.state.images.has(second ?? "")).toBe(false);
  expect(untaggedImages(engine)).toContain(heir);
});

test("an untagged heir is not removed", async () => {
  const { build, engine, inherit } = start();
  await build();
  const heir = inherit();
  expect(await removeUntagged(engine, heir)).toBe("foreign");
  expect(engine.state.images.has(heir)).toBe(true);
});

function start(more: object = {}) {
  const engine = builderEngine();
  const records = createMemoryRecords();
  const graph = graphOf({ apps: { web: builderApp("web", more) } });
  const result = () => engine.state.images.get(engine.state.tags.get("acme/web:latest") ?? "");
  return {
    engine,
    records,
    build: (remembered = records, force = false) =>
      runPlan(graph, { engine, records: remembered, flags: { clean: force, force, time: 1 } }),
    /** As `docker commit` or a build on top of the result. */
    inherit: (...tags: readonly string[]) => {
      const parent = result();
      const history = [{ createdBy: 'CMD ["x"]', comment: "" }, ...(parent?.history ?? [])];
      const config = { ...parent?.config };
      return addImage(engine.state, { tags, config, history, ...(parent && { base: parent.id }) });
    },
    forgetProof: () => {
      const image = result();
      if (image !== undefined) engine.state.images.set(image.id, { ...image, history: [] });
    },
  };
}

/** Records of a version that did not write proven images down. */
function unproven(records: ReturnType<typeof createMemoryRecords>) {
  return { ...records, listProven: async () => new Set<string>() };
}
