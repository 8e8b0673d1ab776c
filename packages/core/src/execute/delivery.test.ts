// Sessions with an engine that fails just before everything is done.
import { graphOf, snapshot } from "@sti/testing/definitions";
import type { FakeEngine } from "@sti/testing/fake-engine";
import { createMemoryLedger, type MemoryLedger } from "@sti/testing/memory-ledger";
import { builderApp, builderEngine, runPlan, untaggedImages } from "@sti/testing/session";
import { expect, test } from "vitest";
import type { Engine } from "../engine/engine.ts";
import { EngineError } from "../engine/engine-error.ts";
import { describeFailure } from "../failure/describe-failure.ts";
import { LABEL } from "../plan/labels.ts";
import { surveyEngine } from "../survey/survey-engine.ts";
import { lookUpLost } from "./look-up-lost.ts";
import { workOffLedger } from "./work-off-ledger.ts";

const SESSION = "sti-build-h-b-1-1-1";
const OTHER = "sti-build-h-b-2-1-1";
const EXTENDED = { runtimeImage: "acme/builder" };

test.each([
  ["nothing has moved yet", 1, {}, false, "unchanged", "no tag was moved"],
  ["the first of two has moved", 2, EXTENDED, false, "moved", "some of the target's tags were moved already"],
  ["the engine is gone", 1, {}, true, "unknown", "the engine did not report whether it moved the tag"],
] as const)("a failed tag call states what is known: %s", async (_, nth, app, isGone, tags, words) => {
  const fake = builderEngine();
  let calls = 0;
  let gone = false;
  const { web } = await build(
    fake,
    { app },
    {
      async tagImage(...args) {
        calls += 1;
        if (calls < nth) return await fake.tagImage(...args);
        gone = isGone;
        throw lost("tag image");
      },
      async inspectImage(...args) {
        if (gone) throw lost("inspect image");
        return await fake.inspectImage(...args);
      },
    },
  );
  expect(web?.failure).toMatchObject({ code: "engine-lost", tags });
  const hint = web?.failure && describeFailure(web.failure).hint;
  expect(hint).toContain(words);
});

test("a lost answer to a tag that was moved is a success", async () => {
  const fake = builderEngine();
  const { finished, web } = await build(
    fake,
    {},
    {
      async tagImage(...args) {
        await fake.tagImage(...args);
        throw lost("tag image");
      },
    },
  );
  expect([web?.outcome, finished.failures]).toEqual(["built", []]);
});

test.each(["inspectImage", "removeImage"] as const)(
  "a replaced image that cannot be removed because %s fails is a warning, and is left to a later session",
  async (operation) => {
    const fake = builderEngine();
    await build(fake);
    const [old] = [fake.state.tags.get("acme/web:latest")];
    const { finished, ledger, warnings, web } = await build(fake, { version: "2" }, {
      async [operation](reference: string) {
        if (reference === old) throw lost(operation, "other");
        return await fake[operation](reference);
      },
    } as Partial<Engine>);
    expect([web?.outcome, finished.failures]).toEqual(["built", []]);
    expect(warnings).toEqual([expect.stringContaining("could not remove an image without a tag")]);
    expect(ledger.entries.get(SESSION)).toContainEqual({ kind: "replaced", id: old, target: "web" });
  },
);

test("an image that lost its tag to a session that did not see it is removed by the next one", async () => {
  const fake = builderEngine();
  const base = fake.state.tags.get("acme/builder:latest") ?? "";
  const ledger = createMemoryLedger();
  await build(fake, { ledger });
  const made = fake.state.tags.get("acme/web:latest") ?? "";
  // The other had looked at the tag before this one moved it.
  await fake.tagImage(base, "acme/web:latest");
  expect(untaggedImages(fake)).toEqual([made]);
  ledger.kill(SESSION);
  await workOffLedger(fake, { facts: await surveyEngine(fake), ledger });
  expect(untaggedImages(fake)).toEqual([]);
});

test("a build costs the ledger two entries, and one stays that names what it made", async () => {
  const fake = builderEngine();
  await build(fake);
  const { ledger } = await build(fake, { version: "2" });
  expect(ledger.writes()).toBe(3);
  expect(ledger.entries.get(SESSION)).toMatchObject([{ kind: "made", target: "web" }]);
  expect(untaggedImages(fake)).toEqual([]);
  const again = await build(fake, { version: "2" });
  expect(again.web?.outcome).toBe("up-to-date");
  expect(again.ledger.writes()).toBe(0);
});

test("a ledger that cannot be written is one warning, and the build goes on", async () => {
  const fake = builderEngine();
  await build(fake);
  const ledger = createMemoryLedger({ isFull: true });
  const { warnings, web } = await build(fake, { version: "2", ledger });
  expect(web?.outcome).toBe("built");
  expect(warnings).toEqual([expect.stringContaining("are not written down")]);
  expect(untaggedImages(fake)).toEqual([]);
});

test("the image that is replaced is the one that has the tag when it is moved", async () => {
  const fake = builderEngine();
  const app = { incremental: false };
  await build(fake, { app });
  const ofSurvey = fake.state.tags.get("acme/web:latest");
  // Another session builds and tags meanwhile.
  const { web } = await build(
    fake,
    { app, version: "2" },
    {
      async commitContainer(...args) {
        await build(fake, { app, id: OTHER, version: "3" });
        return await fake.commitContainer(...args);
      },
    },
  );
  expect(web?.outcome).toBe("built");
  expect(fake.state.images.has(ofSurvey ?? "")).toBe(false);
  expect(untaggedImages(fake)).toEqual([]);
});

test("the image of a build of another living session is left to whoever comes after it", async () => {
  const fake = builderEngine();
  await build(fake);
  const old = fake.state.tags.get("acme/web:latest") ?? "";
  const key = fake.state.images.get(old)?.config.labels[LABEL.key] ?? "";
  const ledger = createMemoryLedger();
  ledger.put(OTHER, [{ kind: "build", key, target: "web" }]);
  await build(fake, { version: "2", ledger });
  expect(fake.state.images.has(old)).toBe(true);
  expect(ledger.entries.get(SESSION)).toContainEqual({ kind: "replaced", id: old, target: "web" });
});

test("an image that could not be removed when its build failed is removed at the session's end", async () => {
  const fake = builderEngine();
  let isDeaf = false;
  const { ledger, web } = await build(
    fake,
    {},
    {
      async tagImage() {
        isDeaf = true;
        throw new EngineError({ reason: "other", operation: "tag image", message: "no", status: 500 });
      },
      async removeImage(...args) {
        if (!isDeaf) return await fake.removeImage(...args);
        isDeaf = false;
        throw lost("remove image");
      },
    },
  );
  expect(web?.outcome).toBe("failed");
  expect(untaggedImages(fake)).toEqual([]);
  expect(ledger.entries.size).toBe(0);
});

test("an image whose commit was not answered is removed when the build fails", async () => {
  const fake = builderEngine();
  let hasCommitted = false;
  const { ledger, web } = await build(
    fake,
    {},
    {
      async commitContainer(...args) {
        await fake.commitContainer(...args);
        hasCommitted = true;
        throw lost("commit container");
      },
      async listImages(...args) {
        // Once the engine does not answer the look-up either.
        if (hasCommitted) {
          hasCommitted = false;
          throw lost("list images");
        }
        return await fake.listImages(...args);
      },
    },
  );
  expect(web?.failure).toMatchObject({ code: "engine-lost", tags: "unchanged" });
  expect(untaggedImages(fake)).toEqual([]);
  expect(ledger.entries.get(SESSION)).toMatchObject([{ kind: "build", target: "web" }]);
});

test.each([
  ["removed", { code: "container-removed", during: "/usr/bin/prepare ran" }, "removed by another program"],
  ["killed", { code: "script-failed", killed: true }, "killed: another program stopped its container"],
] as const)("a container that is %s from outside is reported so", async (fromOutside, failure, words) => {
  const fake = builderEngine({ runContainer: () => ({ exitCode: 137, outOfMemory: false, fromOutside }) });
  const { web } = await build(fake);
  expect(web?.failure).toMatchObject(failure);
  expect(web?.failure && describeFailure(web.failure).summary).toContain(words);
  expect([...fake.state.volumes.keys()]).toEqual([]);
});

test("all volumes of a build have names of its session", async () => {
  const names: string[] = [];
  const fake = builderEngine();
  await build(
    fake,
    { app: EXTENDED },
    {
      async createContainer(spec) {
        for (const mount of spec.mounts) if (mount.kind === "volume") names.push(mount.name);
        return await fake.createContainer(spec);
      },
    },
  );
  expect(names.length).toBeGreaterThan(3);
  expect(names.filter((name) => !name.startsWith(`${SESSION}-`))).toEqual([]);
  expect([...fake.state.volumes.keys()]).toEqual([]);
});

interface Given {
  readonly id?: string;
  readonly version?: string;
  readonly ledger?: MemoryLedger;
  readonly app?: object;
  readonly signal?: AbortSignal;
}

/** Builds `web`, through all layers between the session and the engine. */
async function build(fake: FakeEngine, given: Given = {}, between: Partial<Engine> = {}) {
  const { app = {}, id = SESSION, ledger = createMemoryLedger(), version = "1", ...more } = given;
  const { ended, finished, warnings } = await runPlan(graphOf({ apps: { web: builderApp("web", app) } }), {
    id,
    engine: lookUpLost({ ...fake, ...between }),
    snapshot: () => snapshot({ digest: version }),
    ledger: () => ledger,
    clock: { now: () => 1 },
    ...more,
  });
  return { finished, web: ended.web, ledger, warnings };
}

function lost(operation: string, reason: "lost" | "other" = "lost"): EngineError {
  return new EngineError({ reason, operation, message: "cut", status: reason === "other" ? 500 : undefined });
}
