import { createFakeEngine } from "@sti/testing/fake-engine";
import { createFakeStore } from "@sti/testing/fake-store";
import { expect, test } from "vitest";
import { RegistryError } from "../store/registry-error.ts";
import { completePulls, inspectWhole } from "./complete-pulls.ts";

const LAYERS = ["sha256:one", "sha256:two"];
const IMAGE = { tags: ["acme/builder"], digest: "sha256:builder", layers: LAYERS };
const PLATFORM = { os: "linux", architecture: "amd64" };

/** An engine that leaves layers out of its pulls, if it is said so, and a registry that has them, if it is said so. */
function pulling({ hasContent = true, leavesOut = true, refuses = false } = {}) {
  const store = createFakeStore();
  if (hasContent) store.images.push(IMAGE);
  const inner = createFakeEngine({ registry: [IMAGE], leavesOut });
  let open = 0;
  const engine = completePulls(inner, {
    platform: PLATFORM,
    async open() {
      open += 1;
      const { registry } = store.use();
      const refuse = async () => {
        throw new RegistryError({ reason: "denied", operation: "read", registry: "r", message: "refused" });
      };
      const close = async () => {
        open -= 1;
      };
      return { readContent: refuses ? refuse : registry.readContent, close };
    },
  });
  return { engine, inner, openSources: () => open, store };
}

test("an image that is not whole after its pull gets its layers from the registry, base first", async () => {
  const { engine, inner, openSources, store } = pulling();
  expect(await engine.pullImage("acme/builder")).toBe("sha256:builder");
  expect(await inspectWhole(engine, "acme/builder", {})).toMatchObject({ os: "linux", layers: LAYERS });
  expect(store.asked).toEqual(LAYERS.map((layer) => `read ${layer}`));
  expect({ loads: inner.count("loadLayer"), open: openSources() }).toEqual({ loads: 2, open: 0 });
});

test("of an engine that fetches everything, no registry is asked", async () => {
  const { engine, store } = pulling({ leavesOut: false });
  await engine.pullImage("acme/builder");
  expect(store.asked).toEqual([]);
});

test.each([
  [
    "the registry has no such image",
    { hasContent: false },
    /has left layers of acme\/builder out of its pull/,
  ],
  ["the registry refuses", { refuses: true }, /refused/],
] as const)("the pull fails where %s", async (_, options, message) => {
  const { engine, openSources } = pulling(options);
  await expect(engine.pullImage("acme/builder")).rejects.toMatchObject({
    operation: "pull image",
    message: expect.stringMatching(message),
  });
  expect(openSources()).toBe(0);
});
