// Results of two workers, each with an engine of its own: the same as those of one engine, each made once, and where they were.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inspectImage } from "@sti/testing/e2e";
import { runSti } from "@sti/testing/run-cli";
import { endpointOfWorker } from "@sti/testing/worker-engines";
import { describe, expect, test } from "vitest";
import { listTaken } from "../e2e/queue.fixtures.ts";
import { SERVERS, withCluster } from "../e2e/queue-cluster.fixtures.ts";
import { checkAroundTests } from "./workers.fixtures.ts";

const cluster = await withCluster("sti-workers-results");
const { image } = cluster.engine;
const APPS = 20;
const LINES = 10_000;

describe.each(SERVERS)("%s", (_name, start) => {
  const { createProject, run, server, startWorker, store } = cluster.on(start);
  checkAroundTests(cluster, server);
  const unsigned = "--allow-unsigned";
  const startBoth = async (...args: string[]) =>
    await Promise.all(["w1", "w2"].map((name) => startWorker(name, unsigned, ...args)));

  test("keys and files of results equal those of a local run in another engine", async () => {
    const files = { "api/text": "1", "web/text": "2" };
    const project = await createProject(files);
    await startBoth();
    const ended = await run(project);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    expect(new Set([...ended.targets.values()].map(({ worker }) => worker))).toEqual(new Set(["w1", "w2"]));
    await cluster.removeImages();
    const [host = "", ...path] = store().split("/");
    const list = await fetch(`http://${host}/v2/${path.join("/")}/tags/list`);
    const { tags } = (await list.json()) as { readonly tags: readonly string[] };
    for (const name of ["w1", "w2"]) {
      const endpoint = endpointOfWorker(name, cluster.engine.endpoint);
      const local = await createProject(files);
      const options = {
        cwd: local.folder,
        env: { XDG_CACHE_HOME: local.beside(name), DOCKER_HOST: endpoint.host },
      };
      const inEngine = async (...args: string[]) =>
        expect(await runSti(["run", "--quiet", ...args], options)).toMatchObject({ exitCode: 0 });
      // The same build image: another build of it would have other times of files.
      await inEngine("builder", "--load=all");
      const config = JSON.parse(await readFile(join(local.folder, "sti.config.json"), "utf8"));
      await local.write({ "sti.config.json": JSON.stringify({ ...config, cache: undefined }) });
      await inEngine();
      for (const app of ["api", "web"]) {
        const made = await inspectImage(endpoint, image(app));
        expect(tags).toContain(`sti-${made?.Config.Labels["sti.key"]}`);
        // Docker 28 may pull an image without a layer that it has by another digest (docs/engine-wishes.md).
        if (name !== "w1") continue;
        const compared = await runSti(["compare", `store://${app}`, image(app)], {
          ...options,
          cwd: project.folder,
        });
        expect(compared).toMatchObject({ exitCode: 0, stderr: "" });
      }
    }
  });

  test(`${LINES} lines of each of four apps are complete and in order`, async () => {
    const apps = ["api", "web", "cron", "mail"];
    const project = await createProject(
      Object.fromEntries(apps.map((app) => [`${app}/lines`, String(LINES)])),
    );
    await startBoth("--slots", "2");
    const ended = await run(project);
    expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    const expected = Array.from({ length: LINES }, (_, index) => `line ${index + 1}`);
    for (const app of apps) {
      const texts = ended.events.flatMap(({ target, text, type }) =>
        type === "target-output" && target === app && /^line /.test(String(text)) ? [text] : [],
      );
      expect(texts).toEqual(expected);
    }
    expect(ended.events.filter(({ type }) => type === "target-warning")).toEqual([]);
  });

  test("two sessions of the same targets at the same time share each build", async () => {
    const files = { "api/text": "1", "web/text": "2", "cron/text": "3", "api/sleep": "2", "web/sleep": "2" };
    const dependsOn = { cron: { dependsOn: ["api", "web"] } };
    const projects = [await createProject(files, dependsOn), await createProject(files, dependsOn)];
    const workers = await startBoth("--slots", "2");
    const both = await Promise.all(projects.map((project) => run(project)));
    for (const ended of both) {
      expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
      expect(ended.targets.size).toBe(4);
    }
    // Tests before this one may have put the builder into the store.
    expect(listTaken(workers).filter((target) => target !== "builder")).toEqual(["api", "cron", "web"]);
  });

  test("nine of ten apps return to the worker that built them before", async () => {
    const apps = Array.from({ length: APPS }, (_, index) => `app${index}`);
    const filesOf = (text: string) =>
      Object.fromEntries(
        apps.flatMap((app) => [
          [`${app}/text`, text],
          [`${app}/sleep`, "2"],
        ]),
      );
    const project = await createProject(filesOf("1"));
    await startBoth("--slots", "2");
    const first = await run(project);
    await project.write(filesOf("2"));
    const second = await run(project);
    for (const ended of [first, second]) expect(ended).toMatchObject({ exitCode: 0, stderr: "" });
    const returned = apps.filter((app) => {
      const [before, now] = [first, second].map(({ targets }) => targets.get(app));
      return now?.outcome === "built" && now.worker === before?.worker;
    });
    expect(returned.length).toBeGreaterThanOrEqual(APPS * 0.9);
  });
});
