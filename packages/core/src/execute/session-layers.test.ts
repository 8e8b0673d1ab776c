import { describe, expect, test } from "vitest";
import type { ImageDetails } from "../engine/image.ts";
import type { DependencyLayer } from "../plan/dependency-layer.ts";
import { LABEL } from "../plan/labels.ts";
import { createSessionLayers, type LayerRequest, type SessionLayers } from "./session-layers.ts";
import { LayerRemovedError } from "./step-error.ts";

describe("the layers of a session", () => {
  test("are made once, however many targets need one at the same time", async () => {
    const { bring, made } = start();
    const all = await Promise.all(["a", "b", "c"].map((target) => bring(target, "k")));
    expect(made).toEqual(["a: k"]);
    expect(all.map(({ isMade }) => isMade)).toEqual([true, true, true]);
    expect((await bring("d", "k")).isMade).toBe(false);
  });

  test("fail for all that wait, and are tried again by the next", async () => {
    const { bring, fails, made } = start();
    fails.add("k");
    const ended = await Promise.allSettled(["a", "b"].map((target) => bring(target, "k")));
    expect(ended.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    fails.clear();
    await bring("c", "k");
    expect(made).toEqual(["a: k", "c: k"]);
  });

  test("are made by another target when the first one is cancelled", async () => {
    const { bring, made } = start();
    const stop = new AbortController();
    const first = bring("a", "k", { signal: stop.signal });
    const second = bring("b", "k");
    stop.abort(new Error("cancelled"));
    await expect(first).rejects.toThrow();
    await second;
    expect(made).toEqual(["a: k", "b: k"]);
  });

  test("are made anew once for a clean build, and again when the engine lost one", async () => {
    const { bring, images, made } = start();
    await bring("a", "k");
    const other = createSessionLayers(() => engineOf(images));
    await bring("a", "k", { layers: other, isFresh: true });
    await bring("b", "k", { layers: other, isFresh: true });
    images.clear();
    await bring("b", "k", { layers: other });
    expect(made).toEqual(["a: k", "a: k", "b: k"]);
  });

  test("are no defect of sti when something else removes each one", async () => {
    const { bring, images } = start();
    const make = async () => {
      images.clear();
      return true;
    };
    await expect(bring("a", "k", { make })).rejects.toBeInstanceOf(LayerRemovedError);
  });

  test("are outdated when their targets use others", async () => {
    const { bring, layers } = start();
    await bring("a", "k1");
    await bring("a", "k2");
    expect([...layers.outdated()]).toEqual(["k1"]);
    await bring("a", "k1");
    expect([...layers.outdated()]).toEqual(["k2"]);
    layers.noteRemoved("k2");
    expect([...layers.outdated()]).toEqual([]);
    expect([...layers.used()]).toEqual(["k1"]);
  });
});

function start() {
  const images = new Map<string, string>();
  const fails = new Set<string>();
  const made: string[] = [];
  const layers = createSessionLayers(() => engineOf(images));
  const bring = async (
    target: string,
    key: string,
    more: Partial<LayerRequest> & { readonly layers?: SessionLayers } = {},
  ) =>
    await (more.layers ?? layers).bring({
      layer: layerOf(key),
      target,
      isFresh: false,
      signal: new AbortController().signal,
      make: async () => {
        made.push(`${target}: ${key}`);
        await Promise.resolve();
        if (fails.has(key) || more.signal?.aborted === true) throw new Error("prepare-dependencies failed");
        images.set(key, key);
        return true;
      },
      ...more,
    });
  return { bring, fails, images, layers, made };
}

function layerOf(key: string): DependencyLayer {
  const reference = { full: key, short: key, repository: key, tag: "t" } as DependencyLayer["reference"];
  return {
    role: "build-image",
    key,
    reference,
    patterns: [],
    files: 1,
    inputs: new Set(),
    present: undefined,
  };
}

function engineOf(images: ReadonlyMap<string, string>) {
  return {
    inspectImage: async (name: string) => {
      const key = images.get(name);
      return key === undefined
        ? undefined
        : ({ id: name, config: { labels: { [LABEL.key]: key } } } as unknown as ImageDetails);
    },
  };
}
