// Results of a store that have to be signed.
import { graphOf, snapshot } from "@sti/testing/definitions";
import { createFakeStore, type FakeStore, refusal } from "@sti/testing/fake-store";
import { runPlan } from "@sti/testing/session";
import { SHARED_CONFIG, twoEngines } from "@sti/testing/shared-store";
import { describe, expect, test } from "vitest";
import type { Attachment } from "../store/attachment.ts";
import type { ResultSignatures, SignatureMemory } from "./attester.ts";
import type { StoreUse } from "./store-use.ts";

const KIND = "application/vnd.test.signature";
const SOURCE = snapshot();

/** Signatures that are no more than the name of a key and the claim. */
function signatures(own: string | undefined, trusted: readonly string[]): ResultSignatures {
  const write = (key: string, claim: object) => JSON.stringify([key, claim]);
  return {
    artifactType: KIND,
    sign:
      own === undefined
        ? undefined
        : (claim) => ({
            artifactType: KIND,
            mediaType: KIND,
            bytes: new TextEncoder().encode(write(own, claim)),
          }),
    isSigned:
      trusted.length === 0
        ? undefined
        : (claim, attached) =>
            attached.some(({ bytes }) =>
              trusted.some((key) => new TextDecoder().decode(bytes) === write(key, claim)),
            ),
  };
}

const signedBy = (store: FakeStore) =>
  store.attached
    .filter(({ attachment }) => attachment.artifactType === KIND)
    .map(({ attachment }) => JSON.parse(new TextDecoder().decode(attachment.bytes))[0]);

/** A session on an engine without images, whose own key and trusted keys are these. */
async function session(store: FakeStore, use: Partial<StoreUse>) {
  const run = await runPlan(graphOf(SHARED_CONFIG as never), {
    engine: twoEngines(store)[0],
    store: store.use(use),
    snapshot: () => SOURCE,
  });
  return { ...run, warnings: run.warnings.filter((warning) => warning.includes("signature")) };
}

const BUILT = { base: "built", api: "built", web: "built" };
const RESTORED = { base: "restored", api: "restored", web: "restored" };

test("results that a trusted key has signed are restored, also by another key after a rotation", async () => {
  const store = createFakeStore();
  await session(store, { signatures: signatures("old", ["old"]) });
  expect(signedBy(store)).toEqual(["old", "old", "old"]);
  const { outcomes, warnings } = await session(store, { signatures: signatures("new", ["new", "old"]) });
  expect(outcomes).toEqual(RESTORED);
  expect(warnings).toEqual([]);
});

describe.each<[string, (store: FakeStore) => Promise<unknown>]>([
  ["unsigned", (store) => session(store, {})],
  ["signed by a foreign key", (store) => session(store, { signatures: signatures("foreign", []) })],
])("results that are %s", (_, fill) => {
  test("are built, said once and counted, and replaced by signed ones", async () => {
    const store = createFakeStore();
    await fill(store);
    const { outcomes, warnings } = await session(store, { signatures: signatures("own", ["own"]) });
    expect(outcomes).toEqual(BUILT);
    expect(warnings).toEqual([
      expect.stringMatching(/sti-[0-9a-f]{64} has no valid signature, so it is not used \(cache\.verify\)$/),
      "the store registry.test/acme/store: 3 images without a valid signature were not used",
    ]);
    expect(signedBy(store).slice(-3)).toEqual(["own", "own", "own"]);
    expect((await session(store, { signatures: signatures(undefined, ["own"]) })).outcomes).toEqual(RESTORED);
  });

  test("stay as they are where there is no key to sign others", async () => {
    const store = createFakeStore();
    await fill(store);
    const count = store.images.length;
    const { outcomes } = await session(store, { signatures: signatures(undefined, ["own"]) });
    expect(outcomes).toEqual(BUILT);
    expect(store.images).toHaveLength(count);
  });
});

test("a signature that was moved here from another image is none", async () => {
  const store = createFakeStore();
  await session(store, { signatures: signatures("own", ["own"]) });
  const use = store.use({ signatures: signatures(undefined, ["own"]) });
  // Each image has the signatures of all others, but not its own.
  const readAttached: typeof use.store.readAttached = async ({ digest }) =>
    store.attached.filter((one) => one.digest !== digest).map(({ attachment }) => attachment);
  const { outcomes } = await session(store, { ...use, store: { ...use.store, readAttached } });
  expect(outcomes).toEqual(BUILT);
});

test("documents are read where their list has a wrong copy, and only there", async () => {
  const store = createFakeStore();
  await session(store, { signatures: signatures("own", ["own"]) });
  const use = store.use({ signatures: signatures(undefined, ["own"]) });
  const restoreWith = async (wrong: boolean) => {
    const asked: unknown[] = [];
    const readAttached: typeof use.store.readAttached = async (image, kind, options) => {
      asked.push(options?.inline);
      const documents = await use.store.readAttached(image, kind, options);
      return wrong && options?.inline === true
        ? documents.map((one) => ({ ...one, bytes: one.bytes.subarray(1) }))
        : documents;
    };
    const { outcomes } = await session(store, { ...use, store: { ...use.store, readAttached } });
    return { outcomes, asked: asked.sort() };
  };
  expect(await restoreWith(false)).toEqual({ outcomes: RESTORED, asked: [true, true, true] });
  expect(await restoreWith(true)).toEqual({
    outcomes: RESTORED,
    asked: [false, false, false, true, true, true],
  });
});

test.each(["invalid", "unreachable"] as const)(
  "documents that cannot be read (%s) are no signature",
  async (reason) => {
    const store = createFakeStore();
    await session(store, { signatures: signatures("own", ["own"]) });
    const use = store.use({ signatures: signatures(undefined, ["own"]) });
    const readAttached = async (): Promise<readonly Attachment[]> => {
      throw refusal(reason, "no signature here");
    };
    const { outcomes, warnings } = await session(store, { ...use, store: { ...use.store, readAttached } });
    expect(outcomes).toEqual(BUILT);
    expect(warnings).toEqual(
      reason === "invalid"
        ? [expect.stringContaining("has no valid signature"), expect.stringContaining("3 images without")]
        : [expect.stringContaining("cannot be used, the session goes on as without it: no signature here")],
    );
  },
);

test("signatures are read only where they are necessary", async () => {
  const store = createFakeStore();
  await session(store, { signatures: signatures("own", []) });
  const use = store.use({ signatures: signatures("own", []) });
  const readAttached = async (): Promise<never> => {
    throw new Error("nobody needs it");
  };
  expect((await session(store, { ...use, store: { ...use.store, readAttached } })).outcomes).toEqual(
    RESTORED,
  );
});

test("a store that takes no signatures is one warning", async () => {
  const store = createFakeStore();
  const use = store.use({ signatures: signatures("own", ["own"]) });
  const attach = async (): Promise<never> => {
    throw refusal("unsupported", "artifacts are switched off");
  };
  const { outcomes, warnings } = await session(store, { ...use, store: { ...use.store, attach } });
  expect(outcomes).toEqual(BUILT);
  expect(warnings).toEqual([
    "the store registry.test/acme/store does not take signatures, other machines do not use new results: artifacts are switched off",
  ]);
});

describe("a signature that was read before", () => {
  const remember = () => {
    const known = new Map<string, Uint8Array>();
    const memory: SignatureMemory = {
      find: ({ digest }) => known.get(digest),
      add: ({ digest }, document) => void known.set(digest, document),
      write: async () => {},
    };
    return { known, memory };
  };
  const documentsRead = ({ asked }: FakeStore) =>
    asked.filter((one) => one.startsWith("signatures of")).length;
  const counting = (store: FakeStore, use: Partial<StoreUse>): Partial<StoreUse> => {
    const given = store.use(use);
    const readAttached: typeof given.store.readAttached = async (image, kind, options) => {
      store.asked.push(`signatures of ${image.digest}`);
      return await given.store.readAttached(image, kind, options);
    };
    return { ...given, store: { ...given.store, readAttached } };
  };

  test("is verified again, and not asked for", async () => {
    const store = createFakeStore();
    await session(store, { signatures: signatures("own", ["own"]) });
    const { known, memory } = remember();
    const use = () => counting(store, { signatures: { ...signatures(undefined, ["own"]), memory } });
    expect((await session(store, use())).outcomes).toEqual(RESTORED);
    expect([documentsRead(store), known.size]).toEqual([3, 3]);
    expect((await session(store, use())).outcomes).toEqual(RESTORED);
    expect(documentsRead(store)).toBe(3);
  });

  test("is none by a key that is no longer listed", async () => {
    const store = createFakeStore();
    await session(store, { signatures: signatures("own", ["own"]) });
    const { memory } = remember();
    const sessionWith = (trusted: string) =>
      session(store, { signatures: { ...signatures(undefined, [trusted]), memory } });
    expect((await sessionWith("own")).outcomes).toEqual(RESTORED);
    expect((await sessionWith("new")).outcomes).toEqual(BUILT);
  });

  test("is none where somebody else has written it", async () => {
    const store = createFakeStore();
    await session(store, {});
    const { known, memory } = remember();
    for (const { digest = "" } of store.images) known.set(digest, new TextEncoder().encode('["own",{}]'));
    const { outcomes } = await session(store, { signatures: { ...signatures(undefined, ["own"]), memory } });
    expect(outcomes).toEqual(BUILT);
  });
});
