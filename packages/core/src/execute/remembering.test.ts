import { createFakeEngine, type FakeEngine } from "@sti/testing/fake-engine";
import { createMemoryRecords, type MemoryRecords } from "@sti/testing/memory-records";
import { packFiles } from "@sti/testing/pack-files";
import { describe, expect, test } from "vitest";
import { resolveTargets } from "../definition/resolve-targets.ts";
import { Config, type UserConfig } from "../definition/schema.ts";
import { success } from "../failure/result.ts";
import { buildGraph } from "../graph/build-graph.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { surveyEngine } from "../survey/survey-engine.ts";
import type { SessionEvent } from "./event.ts";
import { executePlan } from "./execute-plan.ts";

const SCRIPT = { content: "#!/bin/sh\n", mode: 0o755 };
const FILES = {
  "/bin/sh": { content: "\x7fELF", mode: 0o755 },
  "/usr/bin/prepare": SCRIPT,
  "/usr/bin/run": SCRIPT,
};
const app = (name: string, more: object = {}) => ({
  source: name,
  buildImage: "acme/builder",
  method: "run" as const,
  tag: `acme/${name}`,
  ...more,
});
const TWO: UserConfig = { apps: { api: app("api"), web: app("web", { dependsOn: ["api"] }) } };

const createEngine = () =>
  createFakeEngine({ images: [{ id: "sha256:builder", tags: ["acme/builder"], files: FILES }] });

function snapshotOf(name: string, version = "1"): SourceSnapshot {
  return {
    origin: { kind: "folder", root: "/src" },
    digest: `${name} ${version}`,
    size: 1,
    entries: [{ kind: "file", path: "text", executable: false, size: 1, digest: version }],
  };
}

async function runSession(
  config: UserConfig,
  given: {
    readonly engine: FakeEngine;
    readonly records: MemoryRecords;
    /** Of the sources, by target; others are "1". */
    readonly versions?: Readonly<Record<string, string>>;
    readonly force?: boolean;
    readonly only?: string;
  },
) {
  const targets = resolveTargets(Config.parse(config));
  if (!targets.ok) throw new Error(JSON.stringify(targets.failures));
  const graph = buildGraph(targets.value, new Map());
  if (!graph.ok) throw new Error(JSON.stringify(graph.failures));
  const names = [...graph.value.nodes.keys()];
  const { engine, force = false, records, versions = {} } = given;
  const events: SessionEvent[] = [];
  let now = 0;
  const snapshots = new Map(names.map((name) => [name, snapshotOf(name, versions[name])]));
  const nodes = new Map([...graph.value.nodes].filter(([name]) => (given.only ?? name) === name));
  await executePlan({
    id: "sti-build-h-b-1-1-1",
    graph: { ...graph.value, nodes },
    targetNames: names,
    snapshots,
    dockerfiles: new Map(),
    facts: await surveyEngine(engine),
    flags: { clean: false, force, time: 1 },
    engine,
    sources: {
      pack: (parts) => packFiles(parts.map((part) => ({ path: part.path || "context", content: "" }))),
      matchPaths: () => () => false,
      hostTrust: async () => success({ caBundle: undefined, env: {} }),
      readAgain: async (target) => success(snapshotOf(target.name)),
    },
    records,
    toolVersion: "1.2.3",
    secrets: new Map(),
    concurrency: 1,
    onFailure: "continue",
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
    clock: { now: () => (now += 1) },
  }).finished;
  const ended = events.flatMap((event) => (event.type === "target-finished" ? [event] : []));
  return {
    reasons: Object.fromEntries(ended.map((event) => [event.target, event.reason])),
    causes: Object.fromEntries(ended.map((event) => [event.target, event.causes])),
    warnings: events.flatMap((event) => (event.type === "target-warning" ? [event.message] : [])),
  };
}

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

  test("is also what it finds up to date and knows nothing of, and is told when that changes", async () => {
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
    expect(asked.filter(([, count]) => count !== 0)).toEqual([["listKeys", 1]]);
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
