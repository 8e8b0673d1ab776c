import { graphOf, snapshot } from "@sti/testing/definitions";
import { createFakeEngine } from "@sti/testing/fake-engine";
import type { FakeEngineOptions, FakeRun } from "@sti/testing/fake-work";
import { createMemoryRecords, type MemoryRecords } from "@sti/testing/memory-records";
import { packFiles } from "@sti/testing/pack-files";
import { builderApp, PLAIN_BUILDER, runPlan } from "@sti/testing/session";
import { describe, expect, test } from "vitest";
import { EngineError } from "../engine/engine-error.ts";
import { CHECK_EXIT } from "../plan/source-check.ts";
import type { SourceEntry, SourceSnapshot, Sources } from "../source/source.ts";

type Engine = ReturnType<typeof engineWith>;
const engineWith = (runContainer: FakeEngineOptions["runContainer"] = () => 0, overlays = true) =>
  createFakeEngine({ images: [PLAIN_BUILDER], description: { overlays }, runContainer });

const volumesOf = (engine: Engine) => [...engine.state.volumes.keys()];
const KEEP = "keep the source in the engine";
const ONE = "send changed files (1, of 300)";
const NONE = "send changed files (0, of 300)";

describe("a source cache", () => {
  test("is filled by the first build, and later ones are sent what changed since", async () => {
    const seen: unknown[] = [];
    const engine = engineWith((run) => {
      seen.push(["f000", "f001", "f299"].map((path) => contentOf(run, path)));
      return 0;
    });
    const records = createMemoryRecords();
    expect((await build(engine, ["one"], { records })).sent).toEqual([KEEP, NONE]);
    expect((await build(engine, ["two"], { records })).sent).toEqual([ONE]);
    expect((await build(engine, ["two", "two"], { records })).sent).toEqual([
      "send changed files (2, of 300)",
    ]);
    expect(seen).toEqual([
      ["one", "same", "same"],
      ["two", "same", "same"],
      ["two", "two", "same"],
    ]);
    expect(volumesOf(engine)).toEqual([expect.stringMatching(/^sti-source-p1-/)]);
    expect(engine.state.containers.size).toBe(0);
  });

  test("is replaced when a large part of the source changed, and the old one goes", async () => {
    const engine = engineWith();
    const records = createMemoryRecords();
    await build(engine, ["one"], { records });
    const [old] = volumesOf(engine);
    const many = Array.from({ length: 40 }, () => "new");
    expect((await build(engine, many, { records })).sent).toEqual([KEEP, NONE]);
    expect(volumesOf(engine)).toHaveLength(1);
    expect(volumesOf(engine)).not.toContain(old);
  });

  test("that is gone is filled again", async () => {
    const engine = engineWith();
    const records = createMemoryRecords();
    await build(engine, ["one"], { records });
    engine.state.volumes.clear();
    expect(await build(engine, ["two"], { records })).toMatchObject({ sent: [KEEP, NONE], warnings: [] });
  });

  test("that was emptied is filled again, with a warning", async () => {
    const engine = engineWith();
    const records = createMemoryRecords();
    await build(engine, ["one"], { records });
    for (const { files } of engine.state.volumes.values()) files.clear();
    const { sent, warnings } = await build(engine, ["two"], { records });
    expect(sent).toEqual([ONE, KEEP, NONE]);
    expect(warnings).toHaveLength(1);
  });

  test("that the check finds changed is filled again, with a warning", async () => {
    let exits: number[] = [];
    const engine = engineWith(() => exits.shift() ?? 0);
    const records = createMemoryRecords();
    await build(engine, ["one"], { records });
    exits = [CHECK_EXIT.changed];
    const { outcomes, sent, warnings } = await build(engine, ["two"], { records });
    expect(sent).toEqual([ONE, KEEP, NONE]);
    expect(warnings).toEqual([expect.stringContaining("something else changed")]);
    expect(outcomes).toEqual(["built"]);
    expect(volumesOf(engine)).toHaveLength(1);
  });

  test("is given up after it was found changed as soon as it was filled, and then a failing script fails", async () => {
    const engine = engineWith(() => CHECK_EXIT.changed);
    const records = createMemoryRecords();
    const { outcomes, sent } = await build(engine, ["one"], { records });
    expect(sent).toEqual([KEEP, NONE, "send the source"]);
    expect(outcomes).toEqual(["failed"]);
    expect(volumesOf(engine)).toEqual([]);
  });

  test("is not blamed for a script that said something before it ended so", async () => {
    const engine = engineWith(({ print }) => {
      print("broken");
      return CHECK_EXIT.changed;
    });
    const { outcomes, sent } = await build(engine, ["one"], { records: createMemoryRecords() });
    expect({ outcomes, sent }).toEqual({ outcomes: ["failed"], sent: [KEEP, NONE] });
  });

  test("is not tried again with a build image that cannot check", async () => {
    const exits: number[] = [CHECK_EXIT.impossible];
    const engine = engineWith(() => exits.shift() ?? 0);
    const records = createMemoryRecords();
    const whole = "send the source (the build image cannot check a kept one)";
    expect(await build(engine, ["one"], { records })).toMatchObject({
      sent: [KEEP, NONE, whole],
      warnings: [],
    });
    expect((await build(engine, ["two"], { records })).sent).toEqual([whole]);
    expect(volumesOf(engine)).toEqual([]);
  });

  test("is not tried again with an engine that could not mount it", async () => {
    const engine = engineWith();
    const upload = engine.uploadArchive;
    let uploads = 0;
    const failing: Engine = {
      ...engine,
      uploadArchive: async (...args) => {
        uploads += 1;
        if (uploads !== 3) return await upload(...args);
        const message = "failed to mount local volume";
        throw new EngineError({ reason: "mount-failed", operation: "upload archive", message, status: 500 });
      },
    };
    const records = createMemoryRecords();
    const whole = "send the source (the engine could not mount one)";
    expect((await build(failing, ["one"], { records })).sent).toEqual([KEEP, NONE, whole]);
    expect((await build(failing, ["two"], { records })).sent).toEqual([whole]);
    expect(volumesOf(engine)).toEqual([]);
  });

  test("is not blamed for a container that does not start", async () => {
    const message = "no such interpreter";
    const engine = engineWith(() => {
      throw new EngineError({ reason: "start-failed", operation: "run container", message });
    });
    const { outcomes, sent } = await build(engine, ["one"], { records: createMemoryRecords() });
    expect({ outcomes, sent }).toEqual({ outcomes: ["failed"], sent: [KEEP, NONE] });
  });

  test("is done without where the engine makes no volumes", async () => {
    const engine = engineWith();
    const refusing: Engine = {
      ...engine,
      createVolume: async () => {
        throw new EngineError({ reason: "other", operation: "create volume", message: "not allowed" });
      },
    };
    const { outcomes, sent } = await build(refusing, ["one"], { records: createMemoryRecords() });
    expect({ outcomes, sent }).toEqual({ outcomes: ["built"], sent: [KEEP, "send the source"] });
  });

  test("that cannot be remembered is not kept", async () => {
    const engine = engineWith();
    const records = {
      ...createMemoryRecords(),
      writeSourceCache: () => Promise.reject(new Error("read-only")),
    };
    const { outcomes, sent } = await build(engine, ["one"], { records });
    expect(sent).toEqual([KEEP, "send the source"]);
    expect(outcomes).toEqual(["built"]);
    expect(volumesOf(engine)).toEqual([]);
  });

  test("of an interrupted session goes with it", async () => {
    const engine = engineWith();
    const stop = new AbortController();
    const held = engine.hold("uploadArchive");
    const ended = build(engine, ["one"], { records: createMemoryRecords(), signal: stop.signal });
    await held.next();
    stop.abort();
    expect((await ended).outcomes).toEqual(["cancelled"]);
    expect([volumesOf(engine), [...engine.state.containers.keys()]]).toEqual([[], []]);
  });

  test("of an app that is gone from the config is removed, of another project's it is not", async () => {
    const engine = engineWith();
    const records = createMemoryRecords();
    const labels = { "sti.source": "app", "sti.project": "p2" };
    await engine.createVolume("sti-source-p2-1-1-1", labels);
    await engine.createVolume("data", { "sti.project": "p1" });
    await build(engine, ["one"], { records, apps: ["app", "second"] });
    expect(volumesOf(engine)).toHaveLength(4);
    await build(engine, ["one"], { records, apps: ["app"] });
    const labelsLeft = [...engine.state.volumes.values()].map((volume) => volume.labels["sti.source"]);
    expect(labelsLeft.sort()).toEqual(["app", "app", undefined]);
  });
});

describe("all of a source is sent", () => {
  test.each([
    ["in a clean build", {}, { clean: true }, "send the source"],
    ["where no sources are kept", {}, { keeps: false }, "send the source"],
    [
      "to an engine without overlays",
      { overlays: false },
      {},
      "send the source (the engine mounts no overlays)",
    ],
  ])("%s", async (_, { overlays = true }: { overlays?: boolean }, more, title) => {
    const engine = engineWith(() => 0, overlays);
    expect((await build(engine, ["one"], { records: createMemoryRecords(), ...more })).sent).toEqual([title]);
    expect(volumesOf(engine)).toEqual([]);
  });
});

/** A source of 300 files, whose first ones have the given content. */
function sourceOf(contents: readonly string[]): SourceSnapshot {
  const entries = Array.from({ length: 300 }, (_, index): SourceEntry => {
    const path = `f${String(index).padStart(3, "0")}`;
    return { kind: "file", path, executable: false, size: 1, digest: contents[index] ?? "same" };
  });
  return snapshot({ digest: contents.join(" "), size: 300, entries });
}

interface Given {
  readonly records: MemoryRecords;
  readonly apps?: readonly string[];
  readonly clean?: boolean;
  readonly keeps?: boolean;
  readonly signal?: AbortSignal;
}

let sessions = 0;
/** Builds apps from a source; resolves to their steps, warnings and outcomes. */
async function build(engine: Engine, contents: readonly string[], given: Given) {
  const { apps = ["app"], clean = false, keeps = true, ...more } = given;
  const graph = graphOf({
    apps: Object.fromEntries(apps.map((name) => [name, builderApp(name)])),
  });
  sessions += 1;
  const { events } = await runPlan(graph, {
    id: `sti-build-h-b-1-1-${sessions}`,
    engine,
    snapshot: () => sourceOf(contents),
    flags: { clean, force: clean, time: 1 },
    sources: { pack: packContents },
    ...(keeps ? { sourceCaches: { project: "p1" } } : {}),
    ...more,
  });
  return {
    sent: events.flatMap((event) =>
      event.type === "step-started" && /^(send|keep)/.test(event.title) ? [event.title] : [],
    ),
    warnings: events.flatMap((event) => ("message" in event ? [event.message] : [])),
    outcomes: events.flatMap((event) => (event.type === "target-finished" ? [event.outcome] : [])),
  };
}

/** An archive whose files have their digest as content. */
const packContents: Sources["pack"] = (parts) =>
  packFiles(
    parts.flatMap((part) => {
      if (part.kind === "directory") return [{ path: part.path }];
      if (part.kind === "file") return [{ path: part.path, content: String(part.content) }];
      const sent = part.snapshot.entries.filter(({ path }) => part.only?.has(path) ?? true);
      return sent.map((entry) => ({
        path: `${part.path}/${entry.path}`,
        content: entry.kind === "file" ? entry.digest : "",
      }));
    }),
  );

/** The content that prepare finds, as the fake engine overlays it. */
const contentOf = ({ files }: FakeRun, path: string) => {
  const file = files.get(`/tmp/src/${path}`);
  return typeof file === "object" && "content" in file
    ? new TextDecoder().decode(file.content as Uint8Array)
    : file;
};
