// Attestations of pushed images.
import { graphOf, snapshot } from "@sti/testing/definitions";
import { createFakeStore, type FakeStore, refusal } from "@sti/testing/fake-store";
import { runPlan, type SessionGiven } from "@sti/testing/session";
import { SHARED_CONFIG, twoEngines } from "@sti/testing/shared-store";
import { describe, expect, test } from "vitest";
import { decidePushes } from "../plan/decide-pushes.ts";
import type { Attachment } from "../store/attachment.ts";
import type { AttestedImage, Attester } from "./attester.ts";
import type { StoreUse } from "./store-use.ts";

const KIND = "application/vnd.test.statement";
const SOURCE = snapshot();

test("an image is attested in the registry once it was pushed, by its digest", async () => {
  const { attached, ended, events, images } = await pushed();
  expect(ended.web).toMatchObject({ outcome: "built", pushed: { attestations: ["provenance"] } });
  expect(attached("acme/web")).toEqual(["provenance of web"]);
  const steps = events.flatMap((event) =>
    event.type === "step-started" && event.target === "web" ? [event.step] : [],
  );
  expect(steps.slice(-2)).toEqual(["push-image", "attest-image"]);
  const [image] = images.filter(({ build }) => build.target.name === "web");
  expect(image?.build).toMatchObject({
    key: expect.stringMatching(/^[0-9a-f]{64}$/),
    bases: [{ role: "build-image", name: "base", reference: expect.stringMatching(/@sha256:/) }],
    time: { started: expect.any(Number), finished: expect.any(Number) },
  });
});

test("a target that asks for none gets none", async () => {
  const { attached, ended } = await pushed({ attest: {} });
  expect(ended.web?.pushed).not.toHaveProperty("attestations");
  expect(attached("acme/web")).toEqual([]);
});

test("a container that was made to read files is removed, also where that fails", async () => {
  for (const fails of [false, true]) {
    const attester: Attester = {
      ...ATTESTER,
      makeDocuments: async ({ openFiles }) => {
        for (let count = 0; count < 2; count += 1) for await (const _ of await openFiles());
        if (fails) throw refusal("invalid", "no files");
        return { documents: [], notes: ["its SBOM lacks much"] };
      },
    };
    const { engine, ended, warnings } = await pushed({ attester });
    const calls = engine.calls.map(({ operation }) => operation);
    const count = (name: string) => calls.filter((call) => call === name).length;
    expect(count("exportContainer")).toBeGreaterThan(0);
    expect(count("removeContainer")).toBe(count("createContainer"));
    expect(warnings.includes("its SBOM lacks much")).toBe(!fails);
    expect(ended.web?.outcome).toBe(fails ? "skipped" : "built");
  }
});

describe("a push has failed", () => {
  test("where the documents cannot be attached", async () => {
    const store = createFakeStore({
      onAttach: async () => {
        throw refusal("denied", "not allowed");
      },
    });
    const { ended } = await pushed({ store });
    expect(ended.base).toMatchObject({
      outcome: "failed",
      failure: {
        code: "attest-failed",
        tag: "acme/base:latest",
        message: "not allowed",
        path: ["images", "base", "attest"],
      },
    });
  });

  test("where the registry has another image under the digest and the tag", async () => {
    const store = createFakeStore();
    const use = store.use();
    const readImage: typeof use.registry.readImage = async (...args) => {
      const image = await use.registry.readImage(...args);
      return image && { ...image, layers: [...image.layers, "sha256:more"] };
    };
    const { attached, ended } = await pushed({ store, registry: { ...use.registry, readImage } });
    expect(ended.base).toMatchObject({
      outcome: "failed",
      failure: { code: "attest-failed", message: "acme/base:latest is another image in the registry" },
    });
    expect(attached("acme/base")).toEqual([]);
  });

  test("where images are pushed together, and no more are pushed", async () => {
    const store = createFakeStore({
      onAttach: async () => {
        throw refusal("denied", "not allowed");
      },
    });
    const { finished, warnings } = await pushed({ store, request: "atomic" });
    expect(finished.failures).toMatchObject([{ code: "attest-failed", target: "base" }]);
    expect(warnings).toContain("not pushed: the push of base failed");
  });
});

test("an image that is up to date is attested without the time of its build", async () => {
  const store = createFakeStore();
  const [engine] = twoEngines(store);
  await pushed({ store, engine, request: "none" });
  const { attached, images, outcomes } = await pushed({ store, engine });
  expect(outcomes.web).toBe("up-to-date");
  expect(attached("acme/web")).toEqual(["provenance of web"]);
  expect(images.every(({ build }) => build.time === undefined)).toBe(true);
});

describe("with a store", () => {
  test("a result is attested there, and takes its documents along when another session pushes it", async () => {
    const store = createFakeStore();
    await pushed({ store, request: "none", stored: {} });
    expect(
      store.attached
        .map(({ attachment }) => textOf(attachment))
        .filter(isProvenance)
        .sort(),
    ).toEqual(["provenance of api", "provenance of base", "provenance of web"]);
    const [, engine] = twoEngines(store);
    const { attached, images, outcomes } = await pushed({ store, engine, stored: { load: "needed" } });
    expect(outcomes).toEqual({ base: "restored", api: "restored", web: "restored" });
    expect(images).toEqual([]);
    expect(attached("acme/web")).toContain("provenance of web");
    expect(engine.calls.filter(({ operation }) => operation === "pullImage")).toEqual([]);
  });

  test("a restored result whose documents do not count gets new ones, without the time of its build", async () => {
    const store = createFakeStore();
    await pushed({ store, request: "none", stored: {} });
    const [, engine] = twoEngines(store);
    const attester: Attester = { ...ATTESTER, chooseDocuments: () => [] };
    const { ended, images } = await pushed({ store, engine, attester, stored: { load: "needed" } });
    expect(ended.web).toMatchObject({ outcome: "restored", pushed: { attestations: ["provenance"] } });
    expect(images.map(({ build }) => build.time)).toEqual([undefined, undefined, undefined]);
  });

  test("one that takes no documents is a warning, and results are added all the same", async () => {
    const store = createFakeStore({
      onAttach: async () => {
        throw refusal("unsupported", "artifacts are switched off");
      },
    });
    const { outcomes, warnings } = await pushed({ store, request: "none", stored: {} });
    expect(outcomes).toEqual({ base: "built", api: "built", web: "built" });
    expect(warnings).toEqual([expect.stringContaining("does not take attestations")]);
  });
});

/** Writes what it attests, and believes everything. */
const ATTESTER: Attester = {
  artifactType: KIND,
  makeDocuments: async ({ build }) => ({ documents: [documentOf(build.target.name)], notes: [] }),
  chooseDocuments: (attached) => attached,
};

function documentOf(target: string): Attachment {
  const bytes = new TextEncoder().encode(`provenance of ${target}`);
  return { artifactType: KIND, mediaType: KIND, bytes };
}

function textOf({ bytes }: Attachment): string {
  return new TextDecoder().decode(bytes);
}

function isProvenance(text: string): boolean {
  return text.startsWith("provenance of ");
}

async function pushed({
  attest = { provenance: true },
  attester = ATTESTER,
  engine: own,
  registry,
  request = "each",
  store = createFakeStore(),
  stored,
}: {
  readonly attest?: object;
  readonly attester?: Attester;
  readonly engine?: ReturnType<typeof twoEngines>[0];
  readonly registry?: NonNullable<SessionGiven["attest"]>["registry"];
  readonly request?: "each" | "atomic" | "none";
  readonly store?: FakeStore;
  /** Left out: the session has no store of results. */
  readonly stored?: Partial<StoreUse>;
} = {}) {
  const graph = graphOf({ ...SHARED_CONFIG, attest } as never);
  const engine = own ?? twoEngines(store)[0];
  const images: AttestedImage[] = [];
  const run = await runPlan(graph, {
    engine,
    snapshot: () => SOURCE,
    ...(stored === undefined ? {} : { store: store.use(stored) }),
    attest: {
      registry: registry ?? store.use().registry,
      attester: {
        ...attester,
        makeDocuments: async (image) => {
          images.push(image);
          return await attester.makeDocuments(image);
        },
      },
    },
    pushes: decidePushes(graph, { request, selected: [...graph.nodes.keys()] }),
  });
  const attached = (repository: string) => {
    const digests = store.images
      .filter(({ tags }) => tags.some((tag) => tag.includes(repository)))
      .map(({ digest }) => digest);
    return store.attached
      .filter(({ digest }) => digests.includes(digest))
      .map(({ attachment }) => textOf(attachment));
  };
  return { ...run, attached, engine, images };
}
