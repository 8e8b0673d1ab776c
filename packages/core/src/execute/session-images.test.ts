import { graphOf } from "@sti/testing/definitions";
import { createFakeEngine } from "@sti/testing/fake-engine";
import { builderApp } from "@sti/testing/session";
import { expect, test } from "vitest";
import { surveyEngine } from "../survey/survey-engine.ts";
import { createSessionImages } from "./session-images.ts";

const LAYERS = ["sha256:one", "sha256:two"];
const BUILDER = { tags: ["acme/builder"], digest: "sha256:builder", layers: LAYERS };

/** Images of a session whose engine leaves layers out of its pulls. */
async function pulling() {
  const engine = createFakeEngine({ registry: [BUILDER], leavesOut: true });
  const images = createSessionImages({
    engine,
    facts: await surveyEngine(engine),
    lock: undefined,
    records: { readImage: async () => undefined } as never,
    remember: async () => {},
    signal: new AbortController().signal,
    containerName: () => "",
  });
  const needed = graphOf({ apps: { api: builderApp("api") } } as never).nodes.get("api")?.images[0];
  if (needed === undefined) throw new Error("the app needs no image");
  return { images, engine, pull: () => images.identify(needed, "missing", (work) => work(() => {})) };
}

test("a pull that leaves an image without its config has failed, and one that was there before is refused", async () => {
  const { engine, images, pull } = await pulling();
  const reason = /has left layers of \S+ out of its pull/;
  await expect(pull()).rejects.toMatchObject({
    message: "acme/builder:latest cannot be pulled",
    cause: { reason: "other", message: expect.stringMatching(reason) },
  });
  const [id = ""] = engine.state.images.keys();
  await expect(images.inspect(id)).rejects.toThrow(reason);
});
