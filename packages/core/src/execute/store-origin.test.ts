// Notes about results in a store.
import { graphOf, snapshot } from "@sti/testing/definitions";
import { createFakeStore, type FakeStore, refusal } from "@sti/testing/fake-store";
import { runPlan } from "@sti/testing/session";
import { SHARED_CONFIG, twoEngines } from "@sti/testing/shared-store";
import { describe, expect, test } from "vitest";
import { LABEL } from "../plan/labels.ts";
import { parseOrigin } from "../store/result-origin.ts";
import type { StoreUse } from "./store-use.ts";

const SOURCE = snapshot();
const build = (store: FakeStore, use: StoreUse, sources = {}) =>
  runPlan(graphOf(SHARED_CONFIG as never), {
    engine: twoEngines(store)[0],
    store: use,
    snapshot: () => SOURCE,
    sources,
  });

describe("the origin of a result", () => {
  const BUILDER = { kind: "gitlab-ci", url: "https://gitlab.test/jobs/1" } as const;
  const origins = ({ attached, images }: FakeStore) =>
    new Map(
      attached.map(({ attachment, digest }) => {
        const labels = images.find((image) => image.digest === digest)?.config?.labels ?? {};
        return [labels[LABEL.target], parseOrigin(attachment)] as const;
      }),
    );

  test("is noted when it was added, by its builder, with the commit of its source", async () => {
    const store = createFakeStore();
    const commit = "c".repeat(40);
    const withCheckouts = async () =>
      new Map([["web", { ...SOURCE, checkout: { url: "https://git.test/shop", commit } }]]);
    await build(store, store.use({ builder: BUILDER }), { withCheckouts });
    const found = origins(store);
    expect([...found.keys()].sort()).toEqual(["api", "base", "web"]);
    expect(found.get("web")).toMatchObject({ by: BUILDER, commit, engine: expect.stringMatching(/\d/) });
    expect(found.get("api")).not.toHaveProperty("commit");
  });

  test("is not noted of a result that another session added at the same time", async () => {
    const store = createFakeStore();
    const use = store.use();
    const find = async (...args: Parameters<typeof use.store.find>) =>
      (await use.store.find(...args)).map((lookup) =>
        lookup.kind === "found"
          ? { ...lookup, image: { ...lookup.image, digest: "x", referenceDigest: "x" } }
          : lookup,
      );
    await build(store, { ...use, store: { ...use.store, find } });
    expect(store.names()).toHaveLength(3);
    expect(store.attached).toEqual([]);
  });

  test("is one warning where the store does not take it, and the results are added all the same", async () => {
    const store = createFakeStore();
    const use = store.use();
    const attach = async () => {
      throw refusal("unsupported", "artifacts are switched off");
    };
    const { outcomes, warnings } = await build(store, { ...use, store: { ...use.store, attach } });
    expect(outcomes).toEqual({ base: "built", api: "built", web: "built" });
    expect(warnings).toEqual([
      "the store registry.test/acme/store does not take notes about results, they are added without their origin: artifacts are switched off",
    ]);
    expect(store.names()).toHaveLength(3);
  });
});
