import { join } from "node:path";
import { type Engine, formatSessionId, type SessionEvent, success, type TargetFinished } from "@sti/core";
import { startWatching } from "@sti/core/watch";
import { createRecords, createSources } from "@sti/source";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { BY_CONTAINER } from "@sti/testing/engine-methods";
import { createWorkspace } from "@sti/testing/workspace";
import { afterEach, expect, test } from "vitest";
import { connectEngine } from "../engine/connect-engine.ts";
import { createEnding } from "../process/ending.ts";
import { currentOwner } from "../process/session-owner.ts";
import { loadProject } from "../project/load-project.ts";

const { config, image, removeImages } = await withEngine("sti-watch-restart");
afterEach(() => removeImages());

const FILES = {
  ...imageFolder("builder", {
    // Deaf to being asked to end, as a shell that waits for a program is.
    prepare: "#!/bin/sh\nset -e\ntrap '' TERM\n. /tmp/src/prepare\ncp /tmp/src/text /text\n",
    run: "#!/bin/sh\ncat /text\n",
  }),
  "app/prepare": "echo ready\n",
  "app/text": "one",
  "sti.config.json": config({ app: { method: "container" } }),
};

const idle = (count: number) => (events: readonly SessionEvent[]) =>
  events.filter(({ type }) => type === "watch-settled").length >= count;

const prints = (text: string) => (events: readonly SessionEvent[]) =>
  events.some((event) => event.type === "target-output" && event.text === text);

test.runIf(BY_CONTAINER)(
  "a build whose source changes is gone before the next one begins, and nothing of either is left",
  async () => {
    const { crowd, edit, ended, engine, id, until, watching } = await watch();
    await until(idle(1));
    const first = await engine.inspectImage(image("app:latest"));
    await edit({ "app/prepare": "echo slow\nsleep 600\n" });
    await until(prints("slow"));
    await edit({ "app/prepare": "echo quick\n", "app/text": "two" });
    await until(idle(2));
    expect(ended().map(({ outcome, target }) => `${target} ${outcome}`)).toEqual([
      "builder built",
      "app built",
      "app cancelled",
      "app built",
    ]);
    expect(crowd).toEqual([]);
    const second = await engine.inspectImage(image("app:latest"));
    expect(second?.id).not.toBe(first?.id);
    await edit({ "app/prepare": "echo again\nsleep 600\n" });
    await until(prints("again"));
    expect(await watching.stop()).toMatchObject({ outcomes: { built: 1, cancelled: 1 }, failures: [] });
    expect(await engine.listContainers(id)).toEqual([]);
    expect((await engine.inspectImage(image("app:latest")))?.id).toBe(second?.id);
  },
  60_000,
);

/** A watch of a real project on a real engine. The test itself reports changes of the disk. */
async function watch() {
  const { signal } = new AbortController();
  const context = { ending: createEnding(() => {}), env: process.env, signal, stderr: process.stderr };
  const connected = await connectEngine({ engine: undefined, context });
  if (!connected.ok) throw new Error(JSON.stringify(connected.failures));
  const { engine, facts } = connected.value;
  const workspace = await createWorkspace(FILES);
  const project = await loadProject({
    command: "watch",
    cwd: workspace.folder,
    config: undefined,
    targets: [],
    method: undefined,
    env: { XDG_CACHE_HOME: join(workspace.folder, "cache") },
  });
  if (!project.ok) throw new Error(JSON.stringify(project.failures));
  const { graph, readAgain, snapshots, withCheckouts, dockerfiles, folders } = project.value;
  const watchProject = {
    graph,
    targetNames: [...graph.nodes.keys()],
    snapshots,
    dockerfiles,
    secrets: new Map(),
    withCheckouts,
  };
  const id = formatSessionId(currentOwner());
  /** Containers that were there when one for a build was about to be created; those for inspections have no mounts. */
  const crowd: string[] = [];
  const watched: Engine = {
    ...engine,
    createContainer: async (spec) => {
      const isForBuild = spec.mounts.length > 0;
      if (isForBuild) crowd.push(...(await engine.listContainers(id)).map(({ name }) => name));
      return await engine.createContainer(spec);
    },
  };
  const events: SessionEvent[] = [];
  const waiting: (() => void)[] = [];
  const watching = startWatching({
    id,
    project: watchProject,
    facts,
    engine: watched,
    flags: { clean: false, force: false, time: 1 },
    sources: createSources({ env: {} }),
    reader: { read: readAgain },
    records: createRecords(folders.memory),
    toolVersion: "1.0.0",
    concurrency: 2,
    onBusy: "restart",
    startAhead: 0,
    clock: {
      now: Date.now,
      after: (milliseconds, call) => {
        const timer = setTimeout(call, milliseconds);
        return () => clearTimeout(timer);
      },
    },
    reload: async () => success(watchProject),
    reconnect: async () => watched,
    emit: (event) => {
      events.push(event);
      for (const check of waiting.splice(0)) check();
    },
    signal: new AbortController().signal,
  });
  const until = async (isMet: (events: readonly SessionEvent[]) => boolean) => {
    while (!isMet(events)) await new Promise<void>((resolve) => waiting.push(resolve));
  };
  return {
    crowd,
    engine,
    events,
    id,
    until,
    watching,
    edit: async (files: Readonly<Record<string, string>>) => {
      await workspace.write(files);
      watching.change({ kind: "sources", changes: new Map([["app", Object.keys(files)]]) });
    },
    ended: () => events.filter((event): event is TargetFinished => event.type === "target-finished"),
  };
}
