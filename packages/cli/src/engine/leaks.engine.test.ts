import { join } from "node:path";
import { type Engine, executePlan, formatSessionId, type SessionEvent, type TargetFinished } from "@sti/core";
import { createRecords, createSources } from "@sti/source";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { METHODS } from "@sti/testing/engine-methods";
import { packFiles } from "@sti/testing/pack-files";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";
import { createEnding } from "../process/ending.ts";
import { currentOwner } from "../process/session-owner.ts";
import { loadProject } from "../project/load-project.ts";
import { connectEngine } from "./connect-engine.ts";

const { config, image } = await withEngine("sti-leaks", { check: "file" });

test.runIf(METHODS.includes("container")).each(["app", "extended"])(
  "an image of %s that holds a file of its build gets no tag",
  async (target) => {
    const { build, engine } = await startProject("container");
    const leaked = await build(target, leaking(engine, "tmp/src/secret"));
    expect(leaked).toMatchObject({
      outcome: "failed",
      failure: {
        code: "result-unexpected",
        message: "it holds files in /tmp/src, which only the build may see",
      },
    });
    expect(await engine.inspectImage(image(`${target}:latest`))).toBeUndefined();
    // Both stages are looked into, and of the build stage also the folder of its output.
    const inspected = target === "app" ? 3 : 4 + 3;
    expect(await build(target)).toMatchObject({ outcome: "built", inspected });
    expect(await build(target)).toMatchObject({ outcome: "built", inspected: 0 });
  },
  120_000,
);

test.each(METHODS)(
  "an image whose base holds files there is as it should be, by method %s",
  async (method) => {
    const { build } = await startProject(method, "RUN mkdir -p /tmp/src && touch /tmp/src/of-base\n");
    expect(await build("app")).toMatchObject({ outcome: "built", inspected: 3 + 1 });
    const extended = method === "container" ? 4 + 1 + 3 + 1 : 3 + 1 + 3 + 1;
    expect(await build("extended")).toMatchObject({ outcome: "built", inspected: extended });
    expect(await build("extended")).toMatchObject({ outcome: "built", inspected: 0 });
  },
  120_000,
);

/** `builder`: lines of its Dockerfile. */
async function startProject(method: "container" | "dockerfile", builder = "") {
  const ending = createEnding(() => {});
  const { signal } = new AbortController();
  const context = { ending, env: process.env, signal, stderr: process.stderr };
  const connected = await connectEngine({ engine: undefined, context });
  if (!connected.ok) throw new Error(JSON.stringify(connected.failures));
  const { engine, facts } = connected.value;
  const workspace = await createWorkspace({
    ...imageFolder(
      "builder",
      {
        prepare: "#!/bin/sh\nset -e\ncp /tmp/src/text /text\n[ ! -d /tmp/build ] || cp /text /tmp/build/\n",
        run: "#!/bin/sh\ncat /text\n",
      },
      { before: builder },
    ),
    "app/text": "one",
    "sti.config.json": config({
      app: { method },
      extended: { method, source: "app", runtimeImage: image("builder") },
    }),
  });
  const build = async (target: string, between: Partial<Engine> = {}) => {
    const project = await loadProject({
      command: "run",
      cwd: workspace.folder,
      config: undefined,
      targets: [target],
      method: undefined,
      env: { XDG_CACHE_HOME: join(workspace.folder, "cache") },
    });
    if (!project.ok) throw new Error(JSON.stringify(project.failures));
    const { dockerfiles, folders, graph, readAgain, snapshots } = project.value;
    const events: SessionEvent[] = [];
    let inspected = 0;
    await executePlan({
      id: formatSessionId(currentOwner()),
      graph,
      targetNames: [...graph.nodes.keys()],
      snapshots,
      dockerfiles,
      facts,
      flags: { clean: true, force: true, time: 1 },
      engine: {
        ...engine,
        holdsFiles: async (...args) => {
          inspected += 1;
          return await engine.holdsFiles(...args);
        },
        ...between,
      },
      sources: { ...createSources({ env: {} }), readAgain },
      records: createRecords(folders.memory),
      toolVersion: "1.0.0",
      secrets: new Map(),
      concurrency: 1,
      onFailure: "continue",
      emit: (event) => events.push(event),
      signal,
      clock: { now: Date.now },
    }).finished;
    const ended = events.filter((event): event is TargetFinished => event.type === "target-finished");
    const { failure, outcome } = ended.find((event) => event.target === target) ?? {};
    return { failure, inspected, outcome };
  };
  return { build, engine };
}

/** An engine whose commits also have a file, as if it had not gone to a mount. */
function leaking(engine: Engine, path: string): Partial<Engine> {
  return {
    async commitContainer(container, config, options) {
      const whole = await engine.commitContainer(container, config, options);
      const name = `${formatSessionId(currentOwner())}-leak`;
      const spec = { image: whole, name, entrypoint: config.entrypoint, cmd: config.cmd, env: [], user: "" };
      const leak = await engine.createContainer({ ...spec, labels: {}, mounts: [] });
      await engine.uploadArchive(leak, packFiles([{ path, content: "hush" }]));
      const image = await engine.commitContainer(leak, config, options);
      await engine.removeContainer(leak);
      return image;
    },
  };
}
