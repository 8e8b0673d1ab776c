import { createFakeEngine } from "@sti/testing/fake-engine";
import { expect, test } from "vitest";
import type { RegistryImage } from "../store/registry-image.ts";
import { createStorePuller } from "./store-puller.ts";

const image = (digest: string) =>
  ({
    repository: "r.example/store",
    referenceDigest: digest,
    config: { labels: {} },
  }) as unknown as RegistryImage;

test("what was pulled ahead and is not loaded loses its name, whether the pull succeeds or not", async () => {
  const engine = createFakeEngine({
    registry: [{ id: "sha256:1", tags: ["r.example/store:one"], digest: `sha256:${"1".repeat(64)}` }],
  });
  const untagged: string[] = [];
  const puller = createStorePuller({
    session: { engine, facts: { images: new Map() } } as never,
    ledger: { noteReplaced: async () => {} },
    health: {
      can: () => true,
      transfer: (_: string, work: (options: object) => Promise<void>) => work({}),
    } as never,
    signal: new AbortController().signal,
    names: { note: async () => {}, drop: async (name) => void untagged.push(name) },
  });
  puller.fetchAhead({ result: image(`sha256:${"1".repeat(64)}`), build: image("sha256:none") } as never);
  await puller.dropUnused();
  await puller.dropUnused();
  expect(untagged).toEqual([`r.example/store@sha256:${"1".repeat(64)}`]);
  expect(engine.count("pullImage")).toBe(2);
});
