import { graphOf, snapshotOf } from "@sti/testing/definitions";
import { createFakeEngine, type FakeEngine } from "@sti/testing/fake-engine";
import { createMemoryRecords, type MemoryRecords } from "@sti/testing/memory-records";
import { builderApp, PLAIN_BUILDER, runPlan } from "@sti/testing/session";
import { describe, expect, test } from "vitest";
import type { UserConfig } from "../definition/schema.ts";

const app = (name: string, more: object = {}) => builderApp(name, { source: name, ...more });
const TWO: UserConfig = { apps: { api: app("api"), web: app("web", { dependsOn: ["api"] }) } };

const createEngine = () => createFakeEngine({ images: [PLAIN_BUILDER] });
const start = () => ({ engine: createEngine(), records: createMemoryRecords() });

describe("a session after an earlier one", () => {
  test("says what it builds a target for, and what it builds others for", async () => {
    const given = start();
    await runSession(TWO, given);
    const { causes, reasons } = await runSession(TWO, { ...given, versions: { api: "2" } });
    expect(reasons).toEqual({ api: "api/text edited", web: "api changed (api/text edited)" });
    expect(causes.api).toEqual([{ kind: "files", change: "edited", files: ["api/text"], count: 1 }]);
    expect(causes.web).toMatchObject([{ kind: "target-changed", target: "api", because: { target: "api" } }]);
  });

  test("knows why a target changed that a session in between built", async () => {
    const given = start();
    await runSession(TWO, given);
    const versions = { api: "2" };
    await runSession(TWO, { ...given, versions, only: "api" });
    expect((await runSession(TWO, { ...given, versions })).reasons).toEqual({
      api: "nothing changed",
      web: "api changed (api/text edited)",
    });
  });

  test("compares with the build that made the image, and not with the last one", async () => {
    const given = start();
    await runSession(TWO, given);
    const versions = { api: "2" };
    await runSession(TWO, { ...given, versions });
    await runSession(TWO, { ...given, records: createMemoryRecords() });
    expect((await runSession(TWO, { ...given, versions })).reasons.api).toBe("api/text edited");
  });

  test("says of an image that is gone that it is, and whether anything changed meanwhile", async () => {
    const given = start();
    await runSession(TWO, given);
    const gone = { ...given, engine: createEngine() };
    expect((await runSession(TWO, { ...gone, versions: { web: "2" } })).reasons).toMatchObject({
      api: "its image is gone from the engine",
      web: expect.stringMatching(/^its image is gone from the engine · web\/text edited/),
    });
  });

  test("says so when the tag is another one, or the build was forced", async () => {
    const given = start();
    await runSession(TWO, given);
    expect((await runSession(TWO, { ...given, force: true })).reasons.api).toBe("forced");
    const renamed = { apps: { api: app("api", { tag: "acme/other" }) } };
    expect((await runSession(renamed, given)).reasons.api).toBe(
      "tag changed acme/api:latest→acme/other:latest",
    );
  });

  test("only knows that something changed, where nothing is remembered of the image's build", async () => {
    const given = start();
    await runSession(TWO, given);
    given.records.forget();
    expect((await runSession(TWO, { ...given, versions: { api: "2" } })).reasons.api).toBe(
      "its inputs changed",
    );
  });
});

describe("what a session remembers", () => {
  test("is each build, with its time, its causes and the version of sti", async () => {
    const given = start();
    await runSession(TWO, given);
    await runSession(TWO, { ...given, versions: { api: "2" } });
    const { builds } = given.records.targets.get("api") ?? { builds: [] };
    expect(builds).toMatchObject([
      { source: "api 2", tag: "acme/api:latest", isMadeHere: true, toolVersion: "1.2.3" },
      { source: "api 1", causes: [{ kind: "image-missing", wasBuiltHere: false }] },
    ]);
    expect(builds.every(({ images, time }) => images.length === 1 && time > 0)).toBe(true);
  });

  test("is also what it finds up to date and knows nothing of, and is reported when that changes", async () => {
    const given = start();
    await runSession(TWO, given);
    given.records.forget();
    await runSession(TWO, given);
    expect(given.records.targets.get("web")?.builds).toMatchObject([{ isMadeHere: false, causes: [] }]);
    const { reasons } = await runSession(TWO, { ...given, versions: { web: "2" } });
    expect(reasons.web).toBe("web/text edited");
  });

  test("is looked at once when everything is up to date, however many targets there are", async () => {
    const given = start();
    const names = Array.from({ length: 30 }, (_, index) => `app${index}`);
    const many = { apps: Object.fromEntries(names.map((name) => [name, app(name)])) };
    await runSession(many, given);
    const before = new Map(given.records.asked);
    await runSession(many, given);
    const asked = [...given.records.asked].map(([method, count]) => [
      method,
      count - (before.get(method) ?? 0),
    ]);
    expect(asked.filter(([, count]) => count !== 0)).toEqual([
      ["readIdentity", 1],
      ["listProven", 1],
      ["listKeys", 1],
    ]);
  });

  test("costs one warning where it cannot be written", async () => {
    const given = start();
    const records: MemoryRecords = {
      ...given.records,
      writeBuild: async () => {
        throw new Error("read-only file system");
      },
    };
    expect((await runSession(TWO, { ...given, records })).warnings).toEqual([
      "nothing is remembered for the next session: read-only file system",
    ]);
  });
});

interface Given {
  readonly engine: FakeEngine;
  readonly records: MemoryRecords;
  /** Of the sources, by target; others are "1". */
  readonly versions?: Readonly<Record<string, string>>;
  readonly force?: boolean;
  readonly only?: string;
}

async function runSession(
  config: UserConfig,
  { engine, force = false, only, records, versions = {} }: Given,
) {
  const graph = graphOf(config);
  const { ended, events } = await runPlan(
    { ...graph, nodes: new Map([...graph.nodes].filter(([name]) => (only ?? name) === name)) },
    {
      engine,
      records,
      targetNames: [...graph.nodes.keys()],
      snapshot: (name) => snapshotOf(name, versions[name]),
      flags: { clean: false, force, time: 1 },
      toolVersion: "1.2.3",
    },
  );
  const fields = <Value>(read: (event: (typeof ended)[string]) => Value) =>
    Object.fromEntries(Object.entries(ended).map(([name, event]) => [name, read(event)]));
  return {
    reasons: fields((event) => event.reason),
    causes: fields((event) => event.causes),
    warnings: events.flatMap((event) => (event.type === "target-warning" ? [event.message] : [])),
  };
}
