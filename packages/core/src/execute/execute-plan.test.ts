import { graphOf, snapshotOf } from "@sti/testing/definitions";
import { createFakeEngine, type FakeEngine } from "@sti/testing/fake-engine";
import { readFakeFile } from "@sti/testing/fake-files";
import type { FakeEngineOptions } from "@sti/testing/fake-work";
import { createMemoryRecords, type MemoryRecords } from "@sti/testing/memory-records";
import { packFiles } from "@sti/testing/pack-files";
import { BUILDER, BUILDER_FILES, builderEngine, packParts, runPlan } from "@sti/testing/session";
import { describe, expect, test } from "vitest";
import type { UserConfig } from "../definition/schema.ts";
import type { ContainerSpec } from "../engine/container.ts";
import { EngineError } from "../engine/engine-error.ts";
import { success } from "../failure/result.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { SourceChangedError, type Sources } from "../source/source.ts";
import type { OnFailure, SecretValues } from "./session.ts";

const app = (tag: string, more: object = {}) => ({
  source: ".",
  buildImage: "acme/builder",
  method: "container" as const,
  tag,
  env: { TAG: tag },
  ...more,
});

const isPrepare = (words: readonly string[]) => words.some((word) => word.includes("/usr/bin/prepare"));

describe("a session", () => {
  test.each([
    ["container", true],
    ["container", false],
    ["dockerfile", false],
  ] as const)(
    "asks for the commit of a source only when it is built, not for one that was read again: method %s, reported: %s",
    async (method, isReported) => {
      const engine = builderEngine();
      const config = { apps: { api: app("acme/api", { method }) } };
      const revision = async () => {
        const found = await engine.inspectImage("docker.io/acme/api:latest");
        return found?.config.labels["org.opencontainers.image.revision"];
      };
      let asked = 0;
      const commit = () => {
        asked += 1;
        return "c0ffee";
      };
      await runSession(engine, config, { commit, isReported });
      expect(await revision()).toBe("c0ffee");
      await runSession(engine, config, { commit, isReported });
      expect(asked).toBe(1);
      await runSession(engine, config, { commit, isReported, version: "2", changes: 1 });
      expect(await revision()).toBeUndefined();
    },
  );

  test("builds what is missing, and the second time nothing", async () => {
    const engine = builderEngine();
    const config = {
      apps: { api: app("acme/api"), web: app("acme/web", { method: "dockerfile" }) },
    };
    const { outcomes, records } = await runSession(engine, config);
    expect(outcomes).toEqual({ api: "built", web: "built" });
    const calls = engine.count();
    const again = await runSession(engine, config, { records });
    expect(again.outcomes).toEqual({ api: "up-to-date", web: "up-to-date" });
    expect(engine.count() - calls).toBe(2);
  });

  test("reports the plan once it is known, also of a target that waited for another's image", async () => {
    const engine = builderEngine();
    const config: UserConfig = {
      apps: { api: app("acme/api"), web: app("acme/web", { buildImage: { target: "api" } }) },
    };
    const decisions = async () =>
      (await runSession(engine, config)).planned.map(({ name, decision, steps }) => [
        name,
        decision.kind,
        steps.at(-1)?.kind,
      ]);
    expect(await decisions()).toEqual([
      ["api", "build", "tag-image"],
      ["web", "build", "tag-image"],
    ]);
    expect(await decisions()).toEqual([
      ["api", "up-to-date", undefined],
      ["web", "up-to-date", undefined],
    ]);
  });

  test("says how large each image is, built or up to date", async () => {
    const engine = builderEngine();
    const config = { apps: { api: app("acme/api") } };
    expect((await runSession(engine, config)).ended.api?.imageSize).toBe(1000);
    expect((await runSession(engine, config)).ended.api?.imageSize).toBe(1000);
  });

  test("asks the engine for one call of each kind to build a small app by the container method", async () => {
    const engine = builderEngine();
    const records = createMemoryRecords();
    const callsAfterSurvey = async (name: string) => {
      const before = engine.calls.length;
      await runSession(engine, { apps: { [name]: app(`acme/${name}`) } }, { records });
      const operations = engine.calls.slice(before).map((call) => call.operation);
      return operations.slice(operations.indexOf("uploadArchive") - 1);
    };
    const made = ["createContainer", "uploadArchive", "runContainer", "commitContainer"];
    // The container and its volumes go while the image is inspected and gets its tag.
    const removed = ["removeContainer", "inspectImage", "removeVolume", "removeVolume"];
    const tagged = ["inspectImage", "tagImage"];
    expect(await callsAfterSurvey("first")).toEqual([
      ...made,
      ...removed,
      // The first image of its form on this engine is inspected.
      ...["createContainer", "holdsFiles", "holdsFiles", "holdsFiles", "removeContainer"],
      ...tagged,
    ]);
    expect(await callsAfterSurvey("api")).toEqual([...made, ...removed, ...tagged]);
  });

  test.each(["dockerfile", "container"] as const)(
    "reads a source again that changes while it is sent, by method %s",
    async (method) => {
      const engine = builderEngine();
      const { ended, events, records } = await runSession(
        engine,
        { apps: { api: app("acme/api", { method }) } },
        { changes: 2 },
      );
      expect(ended.api?.outcome).toBe("built");
      expect(records.targets.get("api")?.builds[0]?.source).toBe("api again");
      expect(records.sources.get("api again")).toEqual({ text: "again" });
      expect(events.filter((event) => event.type === "target-started")).toHaveLength(1);
      expect(events.flatMap((event) => (event.type === "target-warning" ? [event.message] : []))).toEqual(
        Array(2).fill("/src/text changed while it was being read; reading the source again"),
      );
    },
  );

  test("gives up on a source that changes each time it is sent", async () => {
    const engine = builderEngine();
    const { ended } = await runSession(engine, { apps: { api: app("acme/api") } }, { changes: 3 });
    expect(ended.api).toMatchObject({
      outcome: "failed",
      failure: { code: "source-changed", file: "/src/text" },
    });
  });

  test("looks into a build image once, however many apps use it", async () => {
    const engine = builderEngine();
    const apps = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`app${index}`, app(`acme/app${index}`)]),
    );
    await runSession(engine, { apps }, { concurrency: 8 });
    const surveys = engine.calls.filter(
      (call) =>
        call.operation === "createContainer" &&
        (call.args[0] as ContainerSpec).image === BUILDER.id &&
        (call.args[0] as ContainerSpec).entrypoint.length === 1,
    );
    expect(surveys).toHaveLength(1);
    expect(engine.count("listImages")).toBe(1);
  });

  test("pulls a missing image once for all its apps", async () => {
    const engine = createFakeEngine({ registry: [BUILDER] });
    const apps = { a: app("acme/a"), b: app("acme/b"), c: app("acme/c") };
    expect((await runSession(engine, { apps }, { concurrency: 3 })).outcomes).toEqual({
      a: "built",
      b: "built",
      c: "built",
    });
    expect(engine.count("pullImage")).toBe(1);
  });

  test("says why an image cannot be pulled, with its place", async () => {
    const { ended } = await runSession(createFakeEngine({}), { apps: { api: app("acme/api") } });
    expect(ended.api?.failure).toMatchObject({
      code: "pull-failed",
      reason: "not-found",
      image: "acme/builder:latest",
      path: ["apps", "api", "buildImage"],
    });
  });

  test("never pulls when that is forbidden", async () => {
    const engine = createFakeEngine({ registry: [BUILDER] });
    const { ended } = await runSession(engine, { apps: { api: app("acme/api", { pull: "never" }) } });
    expect(ended.api?.failure?.code).toBe("image-missing");
    expect(engine.count("pullImage")).toBe(0);
  });

  test("builds a dependent on the image that was just made, and only after it", async () => {
    const engine = builderEngine({
      runContainer: ({ files }) => {
        files.set("/usr/bin/prepare", BUILDER_FILES["/usr/bin/prepare"]);
        return 0;
      },
    });
    const config = {
      apps: { api: app("acme/api"), web: app("acme/web", { buildImage: "acme/api" }) },
    };
    const { ended } = await runSession(engine, config);
    const created = engine.calls.filter((call) => call.operation === "createContainer");
    expect(created.at(-1)?.args[0]).toMatchObject({ image: ended.api?.imageId });
  });
});

describe("when a target fails", () => {
  const failing: FakeEngineOptions = {
    runContainer: ({ spec, print }) => {
      if (!spec.env.some((variable) => variable.startsWith("TAG=acme/bad"))) return 0;
      print("first\nthe reason\n");
      return 3;
    },
  };
  const config = {
    apps: {
      bad: app("acme/bad"),
      child: app("acme/child", { buildImage: "acme/bad" }),
      grandchild: app("acme/grandchild", { buildImage: "acme/child" }),
      other: app("acme/other"),
      last: app("acme/last", { buildImage: "acme/other" }),
    },
  };

  test("its dependents are skipped with the reason, and independent work goes on", async () => {
    const { ended, outcomes } = await runSession(builderEngine(failing), config);
    expect(outcomes).toEqual({
      bad: "failed",
      child: "skipped",
      grandchild: "skipped",
      other: "built",
      last: "built",
    });
    expect(ended.child?.reason).toBe("needs bad, which failed");
    expect(ended.grandchild?.reason).toBe("needs child, which was skipped");
    expect(ended.bad).toMatchObject({
      failure: { code: "script-failed", exitCode: 3 },
      lastLines: ["first", "the reason"],
    });
  });

  test("nothing new starts under the policy finish", async () => {
    const { outcomes } = await runSession(builderEngine(failing), config, {
      concurrency: 1,
      onFailure: "finish",
    });
    expect(outcomes).toMatchObject({ bad: "failed", other: "cancelled", last: "cancelled" });
  });

  test("what runs is stopped under the policy kill", async () => {
    const engine = builderEngine({
      runContainer: ({ spec, signal }) => {
        if (spec.env.includes("TAG=acme/bad")) return 3;
        return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
      },
    });
    const { outcomes } = await runSession(engine, config, { onFailure: "kill" });
    expect(outcomes).toMatchObject({ bad: "failed", other: "cancelled", last: "cancelled" });
    expect(engine.state.containers.size).toBe(0);
  });

  test("what could not be removed is a warning, and hides neither a failure nor a success", async () => {
    const engine = builderEngine(failing);
    const removals = engine.hold("removeContainer");
    const running = runSession(engine, { apps: { bad: app("acme/bad"), other: app("acme/other") } });
    (await removals.next()).continue();
    const error = () =>
      new EngineError({ reason: "other", operation: "remove container", message: "no room" });
    (await removals.next()).fail(error());
    (await removals.next()).fail(error());
    // The container in which the new image was inspected.
    (await removals.next()).fail(error());
    const { ended, events, outcomes } = await running;
    expect(outcomes).toEqual({ bad: "failed", other: "built" });
    expect(ended.bad?.failure).toMatchObject({ code: "script-failed", exitCode: 3 });
    const warnings = events.filter((event) => event.type === "target-warning");
    expect(warnings.map((event) => event.message)).toEqual(
      Array(3).fill("leftovers remain, run sti clean to remove them: no room"),
    );
  });

  test("an engine that goes away is distinguished from a build that fails", async () => {
    const engine = builderEngine();
    const held = engine.hold("commitContainer");
    const running = runSession(engine, { apps: { api: app("acme/api") } });
    (await held.next()).fail(
      new EngineError({ reason: "lost", operation: "commit container", message: "cut" }),
    );
    expect((await running).ended.api?.failure).toMatchObject({ code: "engine-lost", target: "api" });
    expect(engine.state.containers.size).toBe(0);
  });
});

describe("an interrupted session", () => {
  test("cancels what runs and what waits, and removes its containers", async () => {
    const stop = new AbortController();
    const engine = builderEngine();
    const held = engine.hold("runContainer");
    const config = {
      apps: { api: app("acme/api"), web: app("acme/web", { buildImage: "acme/api" }) },
    };
    const running = runSession(engine, config, { signal: stop.signal });
    await held.next();
    stop.abort(new Error("stopped"));
    expect((await running).outcomes).toEqual({ api: "cancelled", web: "cancelled" });
    expect(engine.state.containers.size).toBe(0);
    expect([...engine.state.tags.keys()]).toEqual(["acme/builder:latest"]);
  });

  test("waits for a commit that is under way, and removes what it made", async () => {
    const stop = new AbortController();
    const engine = builderEngine();
    const held = engine.hold("commitContainer");
    const running = runSession(engine, { apps: { api: app("acme/api") } }, { signal: stop.signal });
    const commit = await held.next();
    stop.abort(new Error("stopped"));
    commit.continue();
    expect((await running).outcomes).toEqual({ api: "cancelled" });
    expect([...engine.state.images.keys()]).toEqual(["sha256:builder"]);
  });
});

describe("a second build of an app", () => {
  const config = { apps: { api: app("acme/api") } };
  const second = async (
    options: FakeEngineOptions,
    more: Parameters<typeof runSession>[2] = {},
    changed = config,
  ) => {
    const engine = builderEngine(options);
    const { records } = await runSession(engine, changed);
    const calls = engine.calls.length;
    const result = await runSession(engine, changed, { version: "2", records, ...more });
    return { ...result, engine, calls: engine.calls.slice(calls) };
  };
  const started = (calls: FakeEngine["calls"]) =>
    calls
      .filter((call) => call.operation === "createContainer")
      .map(
        (call) =>
          call.args[0] as {
            entrypoint: readonly string[];
            mounts: readonly { name?: string; target: string }[];
          },
      )
      .filter((spec) => spec.entrypoint.length > 1);

  test("gets the artifacts in the volume that save-artifacts filled", async () => {
    const { ended, calls, engine } = await second({});
    expect(ended.api?.reuse).toEqual({ kind: "incremental" });
    const [save, prepare] = started(calls).map((spec) =>
      spec.mounts.find((mount) => mount.target === "/tmp/artifacts"),
    );
    expect(save?.name).toBeDefined();
    expect(prepare?.name).toBe(save?.name);
    expect(engine.state.volumes.size).toBe(0);
  });

  test("is clean when asked, and says so", async () => {
    const { ended, calls } = await second({}, { clean: true });
    expect(ended.api?.reuse).toEqual({ kind: "clean", reason: "asked for" });
    expect(started(calls)).toHaveLength(1);
  });

  test.each([
    [1, "save-artifacts exited with 1"],
    [120, "save-artifacts left more than"],
    [121, "save-artifacts took longer than 300 s"],
  ])("is clean with a warning when save-artifacts ends with %i", async (code, reason) => {
    const { ended, events, engine } = await second({
      runContainer: ({ spec }) => (isPrepare(spec.entrypoint) ? 0 : code),
    });
    expect(ended.api).toMatchObject({ outcome: "built", reuse: { kind: "clean" } });
    expect(ended.api?.reuse).toMatchObject({ reason: expect.stringContaining(reason) });
    expect(events).toContainEqual(
      expect.objectContaining({ type: "target-warning", message: expect.stringContaining(reason) }),
    );
    expect(engine.state.volumes.size + engine.state.containers.size).toBe(0);
  });

  test("gets another nonce in each session that builds clean, and one for all stages of a build", async () => {
    const contexts: string[] = [];
    const engine = createFakeEngine({
      images: [BUILDER, { ...BUILDER, id: "sha256:runtime", tags: ["acme/runtime"] }],
      buildImage: ({ context }) => {
        const nonce = readFakeFile(context, "/sti/nonce", 100);
        contexts.push(new TextDecoder().decode(nonce?.head));
        return { config: { cmd: ["/usr/bin/run"] }, files: BUILDER_FILES };
      },
    });
    const config = { apps: { web: app("acme/web", { method: "dockerfile", runtimeImage: "acme/runtime" }) } };
    await runSession(engine, config, { clean: true });
    await runSession(engine, config, { version: "2" });
    expect(contexts[0]).toMatch(/^sti-build-h-b-1-1-1-\d+\n$/);
    expect(contexts.slice(1)).toEqual([contexts[0], "", ""]);
  });

  test("fails when it has to be incremental and save-artifacts fails", async () => {
    const { ended } = await second(
      { runContainer: ({ spec }) => (isPrepare(spec.entrypoint) ? 0 : 1) },
      {},
      {
        apps: { api: app("acme/api", { incremental: "required" }) },
      },
    );
    expect(ended.api).toMatchObject({
      outcome: "failed",
      failure: { code: "incremental-impossible", reason: "save-artifacts exited with 1" },
    });
  });

  test("fails when it has to be incremental and its build image changed", async () => {
    const engine = builderEngine();
    const required = { apps: { api: app("acme/api", { incremental: "required" }) } };
    await runSession(engine, required);
    engine.state.tags.delete("acme/builder:latest");
    await engine.tagImage(
      await engine.buildImage({
        context: packFiles([{ path: "Dockerfile", content: "FROM x" }]),
        dockerfile: "Dockerfile",
        buildArgs: {},
        labels: {},
        noCache: false,
        onOutput: () => {},
      }),
      "acme/builder:latest",
    );
    const { ended } = await runSession(engine, required);
    expect(ended.api?.failure).toMatchObject({
      code: "incremental-impossible",
      reason: "build image changed",
    });
  });

  test("removes the image it replaces, and keeps one that a container uses", async () => {
    const engine = builderEngine();
    const first = await runSession(engine, config);
    await engine.createContainer({
      image: first.ended.api?.imageId ?? "",
      name: "mine",
      entrypoint: [],
      cmd: ["x"],
      env: [],
      user: "",
      labels: {},
      mounts: [],
    });
    const next = await runSession(engine, config, { version: "2" });
    expect(engine.state.images.has(first.ended.api?.imageId ?? "")).toBe(true);
    await runSession(engine, config, { version: "3" });
    expect(engine.state.images.has(next.ended.api?.imageId ?? "")).toBe(false);
    expect(next.finished.failures).toEqual([]);
  });
});

describe("secrets", () => {
  const value = "pa$$w0rd-1";
  const secrets = new Map([["api", new Map([["TOKEN", new TextEncoder().encode(value)]])]]);
  const config = (method: "dockerfile" | "container"): UserConfig => ({
    apps: { api: app("acme/api", { method, secrets: { TOKEN: { env: "TOKEN" } } }) },
  });

  test("reach the engine's builder by name, and containers by their input", async () => {
    const given: unknown[] = [];
    const engine = builderEngine({
      buildImage: ({ build }) => {
        given.push(build.secrets?.get("TOKEN"));
        return { config: { cmd: ["/usr/bin/run"] }, files: BUILDER_FILES };
      },
    });
    expect((await runSession(engine, config("dockerfile"), { secrets })).outcomes).toEqual({ api: "built" });
    expect(given).toEqual([new TextEncoder().encode(value)]);
    const other = builderEngine();
    expect((await runSession(other, config("container"), { secrets })).outcomes).toEqual({ api: "built" });
    const run = other.calls.find((call) => call.operation === "runContainer");
    const options = run?.args[1] as { readonly input: Uint8Array } | undefined;
    expect(new TextDecoder().decode(options?.input)).toBe("TOKEN\npa\\0044\\0044w0rd-1\n\n");
  });

  test("are masked in output that is cut anywhere, in last lines and in what a failure says", async () => {
    const engine = builderEngine({
      buildImage: ({ print }) => {
        for (const character of `a ${value} b\n${btoa(value)}`) print(character);
        throw new EngineError({ reason: "build-failed", operation: "build image", message: `no ${value}` });
      },
    });
    const { ended, events } = await runSession(engine, config("dockerfile"), { secrets });
    expect(ended.api).toMatchObject({
      outcome: "failed",
      failure: { message: "no ***" },
      lastLines: ["a *** b", "***"],
    });
    expect(JSON.stringify(events)).not.toContain(value);
  });

  test("are in the key by name alone", async () => {
    const engine = builderEngine();
    await runSession(engine, config("container"), { secrets });
    const changed = new Map([["api", new Map([["TOKEN", new TextEncoder().encode("another")]])]]);
    expect((await runSession(engine, config("container"), { secrets: changed })).outcomes).toEqual({
      api: "up-to-date",
    });
  });

  test("a prepare that takes longer than it may is stopped and reported as a failure", async () => {
    const engine = builderEngine({ runContainer: () => new Promise(() => {}) });
    const { ended } = await runSession(engine, { apps: { api: app("acme/api", { timeout: "1s" }) } });
    expect(ended.api).toMatchObject({ failure: { code: "script-timed-out", limit: 1 } });
    expect(engine.state.containers.size).toBe(0);
  });
});

interface Given {
  readonly concurrency?: number;
  readonly onFailure?: OnFailure;
  readonly signal?: AbortSignal;
  readonly version?: string;
  readonly clean?: boolean;
  readonly records?: MemoryRecords;
  readonly secrets?: SecretValues;
  /** Number of times that the source changes while it is sent. */
  readonly changes?: number;
  /** The commit of all sources. */
  readonly commit?: () => string;
  /** Whether there is a listener for planned targets. */
  readonly isReported?: boolean;
}

/** Runs a session over a config; `records` and the engine can be used for a second one. */
async function runSession(engine: FakeEngine, config: UserConfig, given: Given = {}) {
  const { changes = 0, clean = false, commit, isReported = true, version = "1", ...more } = given;
  const { records = createMemoryRecords() } = more;
  const graph = graphOf(config);
  const planned: PlannedTarget[] = [];
  const snapshot = (name: string) => snapshotOf(name, version);
  const ran = await runPlan(graph, {
    engine,
    snapshot,
    flags: { clean, force: clean, time: 1 },
    sources: {
      pack: changingSources(changes),
      readAgain: async (target) => success(snapshotOf(target.name, "again")),
      withCheckouts: async () => {
        const found = commit?.();
        const checkout = found === undefined ? undefined : { commit: found, url: undefined };
        return new Map([...graph.nodes.keys()].map((name) => [name, { ...snapshot(name), checkout }]));
      },
    },
    concurrency: 2,
    ...more,
    records,
    ...(isReported ? { onPlanned: (target) => void planned.push(target) } : {}),
  });
  return { ...ran, records, planned };
}

/** Sources of which the first `count` change while they are sent. */
function changingSources(count: number): Sources["pack"] {
  let left = count;
  return (parts, options) => {
    if (left === 0 || !parts.some((part) => part.kind === "source")) return packParts(parts, options);
    left -= 1;
    return changingSource();
  };
}

// biome-ignore lint/correctness/useYield: it ends before its first byte
async function* changingSource(): AsyncGenerator<Uint8Array> {
  throw new SourceChangedError("/src/text");
}
