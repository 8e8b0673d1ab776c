import { graphOf, snapshot } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import type { DevContainers } from "../dev/create-dev-containers.ts";
import { inputDigest } from "../plan/git-variables.ts";
import type { SourceGit } from "../source/source.ts";
import { advanceWatch } from "./advance-watch.ts";
import { followContainers } from "./watch-containers.ts";
import type { WatchProject } from "./watch-session.ts";
import { startWatch, type WatchEffect, type WatchInput } from "./watch-state.ts";
import { toWatchedTargets } from "./watch-targets.ts";

const POLICY = { quietPeriod: 50, longestNoise: 2000, onBusy: "restart", concurrency: 2 } as const;
const snapshotOf = (digest: string, git?: SourceGit) => snapshot({ digest, git });

test("an app that is run has a container of the image that was made, and others have none", () => {
  const { build, send, calls } = createRig({ api: {}, web: {} }, ["api"]);
  send({ kind: "woke" });
  build("api", "sha256:1");
  build("web", "sha256:2");
  expect(calls).toEqual(["api sha256:1 of 1"]);
});

test("what was read while an image was made is not said to be in it", () => {
  const { build, snapshots, send, calls } = createRig({ api: {} }, ["api"]);
  send({ kind: "woke" });
  snapshots.set("api", snapshotOf("2"));
  build("api", "sha256:1");
  expect(calls).toEqual(["api sha256:1 of undefined"]);
});

test("a change that the container took is no reason for an image, and the next one is", async () => {
  const { build, edit, send, calls } = createRig({ api: {} }, ["api"]);
  send({ kind: "woke" });
  build("api", "sha256:1");
  expect(await edit("api", "2")).not.toContain("build");
  expect(calls).toEqual(["api sha256:1 of 1", "sync api 2"]);
  expect(await edit("api", "2")).not.toContain("build");
  expect(calls).toHaveLength(2);
});

test("nothing is synced into an app that is not run, or whose image is not right", async () => {
  const { build, edit, send, calls } = createRig({ api: {}, web: {} }, ["api"]);
  send({ kind: "woke" });
  build("web", "sha256:2");
  expect(await edit("web", "2")).toContain("build");
  send({ kind: "build-ended", target: "api", end: { kind: "failed", isLasting: true } });
  expect(await edit("api", "2")).toContain("build");
  expect(calls).toEqual([]);
});

test("an app that others are made of is always built", async () => {
  const { build, edit, send, calls } = createRig({ base: {}, web: { buildImage: { target: "base" } } }, [
    "base",
    "web",
  ]);
  send({ kind: "woke" });
  build("base", "sha256:1");
  build("web", "sha256:2");
  expect(await edit("base", "2")).toContain("build");
  expect(calls.filter((call) => call.startsWith("sync"))).toEqual([]);
});

test("a commit builds an app that has it in its key, instead of a sync; others are not touched", async () => {
  const at = (commit: string) => ({ commit, branch: "main", tag: undefined, isDirty: false });
  for (const [git, effects] of [
    [true, []],
    [{ key: true }, ["build"]],
  ] as const) {
    const { build, calls, edit, send, snapshots } = createRig({ api: { git } }, ["api"], at("1"));
    send({ kind: "woke" });
    build("api", "sha256:1");
    calls.length = 0;
    expect((await edit("api", "1", at("2"))).filter((kind) => kind === "build")).toEqual(effects);
    expect([calls, snapshots.get("api")?.git]).toEqual([[], at("2")]);
  }
});

test("another config keeps the containers of the apps that are still run", () => {
  const { build, follow, send, calls } = createRig({ api: {}, web: {} }, ["api", "web"]);
  send({ kind: "woke" });
  build("api", "sha256:1");
  build("web", "sha256:2");
  calls.length = 0;
  const next = projectOf({ api: {} }, ["api"]);
  send({ kind: "replaced", targets: toWatchedTargets(next) });
  follow.use(next);
  expect(calls).toEqual(["keep api", "api sha256:1 of 1"]);
});

function projectOf(
  apps: Readonly<Record<string, object>>,
  run: readonly string[],
  git?: SourceGit,
): WatchProject {
  const written = Object.entries(apps).map(([name, more]) => [
    name,
    { source: name, buildImage: "acme/b", tag: `acme/${name}`, ...more },
  ]);
  const graph = graphOf({ apps: Object.fromEntries(written) });
  const names = [...graph.nodes.keys()];
  return {
    graph,
    targetNames: names,
    snapshots: new Map(names.map((name) => [name, snapshotOf("1", git)])),
    dockerfiles: new Map(),
    secrets: new Map(),
    run: new Set(run),
  };
}

/** A watch of apps on a hand-moved state; containers note all calls, and sync every source. */
function createRig(apps: Readonly<Record<string, object>>, run: readonly string[], git?: SourceGit) {
  const project = projectOf(apps, run, git);
  const calls: string[] = [];
  const containers: DevContainers = {
    swap: (target, imageId, snapshot) => void calls.push(`${target.name} ${imageId} of ${snapshot?.digest}`),
    sync: async (target, snapshot) => {
      calls.push(`sync ${target.name} ${snapshot.digest}`);
      return true;
    },
    serve: (services) => {
      if (services.length > 0) calls.push(`serve ${services.map(({ name }) => name).join(" ")}`);
    },
    restart: () => true,
    halt: () => true,
    keepOnly: (names) => void calls.push(`keep ${[...names].join(" ")}`),
    onEngineLost: () => {},
    idle: async () => {},
    close: async () => [],
  };
  const snapshots = new Map(project.snapshots);
  let state = startWatch(POLICY, toWatchedTargets(project), 0);
  let time = 0;
  const send = (input: WatchInput): readonly WatchEffect[] => {
    const { effects, state: next } = advanceWatch(state, input, time);
    state = next;
    // The engine still has the same images.
    const asksEngine = effects.some(({ kind }) => kind === "survey");
    return asksEngine ? [...effects, ...send({ kind: "surveyed", missing: [] })] : effects;
  };
  const follow = followContainers(containers, {
    project,
    snapshots,
    state: () => state,
    onEngineLost: () => {},
  });
  const build = (target: string, imageId: string) => {
    follow.noteImage(target, imageId);
    return send({ kind: "build-ended", target, end: { kind: "made", imageId, isNew: true } });
  };
  const targetOf = (name: string) => {
    const node = project.graph.nodes.get(name);
    if (node === undefined) throw new Error(`no ${name}`);
    return node.target;
  };
  return {
    follow,
    project,
    snapshots,
    calls,
    send,
    build,
    targetOf,
    /** Reads the changed source; resolves to the kinds of the watch's effects. */
    async edit(name: string, digest: string, git?: SourceGit) {
      send({ kind: "sources-changed", changes: new Map([[name, ["a.txt"]]]) });
      time += 100;
      const read = send({ kind: "woke" }).find(({ kind }) => kind === "read");
      const [target, next] = [targetOf(name), snapshotOf(digest, git)];
      const isSynced = await follow.sync(target, next);
      snapshots.set(name, next);
      const id = read?.kind === "read" ? read.id : 0;
      const found = { target: name, read: id, digest: inputDigest(target, next), isSynced };
      return send({ kind: "source-read", ...found }).map(({ kind }) => kind);
    },
  };
}
