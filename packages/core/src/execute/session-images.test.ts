import { graphOf } from "@sti/testing/definitions";
import { createFakeEngine } from "@sti/testing/fake-engine";
import { createFakeStore } from "@sti/testing/fake-store";
import { builderApp } from "@sti/testing/session";
import { expect, test } from "vitest";
import { surveyEngine } from "../survey/survey-engine.ts";
import { createSessionImages } from "./session-images.ts";

const LAYERS = ["sha256:one", "sha256:two"];
const BUILDER = { tags: ["acme/builder"], digest: "sha256:builder", layers: LAYERS };

/** Images of a session whose engine leaves layers out of its pulls; `registry`: where they are. */
async function pulling(registry?: ReturnType<ReturnType<typeof createFakeStore>["use"]>["registry"]) {
  const engine = createFakeEngine({ registry: [BUILDER], leavesOut: true });
  const images = createSessionImages({
    engine,
    facts: await surveyEngine(engine),
    lock: undefined,
    records: { readImage: async () => undefined } as never,
    remember: async () => {},
    registry,
    signal: new AbortController().signal,
    containerName: () => "",
  });
  const needed = graphOf({ apps: { api: builderApp("api") } } as never).nodes.get("api")?.images[0];
  if (needed === undefined) throw new Error("the app needs no image");
  return { images, engine, pull: () => images.identify(needed, "missing", (work) => work(() => {})) };
}

test("a build image that is not whole after its pull gets its layers from the registry", async () => {
  const store = createFakeStore();
  store.images.push(BUILDER);
  const { images, pull } = await pulling(store.use().registry);
  expect(await images.inspect(await pull())).toMatchObject({ os: "linux", layers: LAYERS });
  expect(store.asked).toEqual(LAYERS.map((layer) => `read ${layer}`));
});

test("where sti speaks to no registry, such a pull has failed, and an image that was there before is refused", async () => {
  const { engine, images, pull } = await pulling();
  const reason = /has left layers of \S+ out of its pull/;
  await expect(pull()).rejects.toMatchObject({
    message: "acme/builder:latest cannot be pulled",
    cause: { reason: "other", message: expect.stringMatching(reason) },
  });
  const [id = ""] = engine.state.images.keys();
  await expect(images.inspect(id)).rejects.toThrow(reason);
});
