// Two engines, of different kinds under `./pnpmw acceptance`, that share a store: a result of one counts on the other.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { imageFolder, inspectImage } from "@sti/testing/e2e";
import { METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import { endpointOfWorker } from "@sti/testing/worker-engines";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test } from "vitest";
import { withCluster } from "../e2e/queue-cluster.fixtures.ts";

const cluster = await withCluster("sti-workers-store");
const { config, endpoint, image } = cluster.engine;
const NAMES = ["base", "api", "web"] as const;

test.each(METHODS)("results of one engine are restored on the other, by method %s", async (method) => {
  const store = `${cluster.registry().address}/sti/shared-${method}`;
  const apps = { api: { buildImage: image("base") }, web: { buildImage: image("base") } };
  const project = await createWorkspace({
    ...imageFolder("base", {
      prepare: "#!/bin/sh\nmkdir -p /srv/app && cp -r /tmp/src/. /srv/app/\n",
      run: "#!/bin/sh\ncat /srv/app/text\n",
    }),
    // The engines may have the base's layers by different digests: each has loaded it from an archive.
    "base/Dockerfile": `FROM debian:bookworm-slim\nCOPY prepare run /usr/bin/\nRUN echo ${method} > /etc/method\n`,
    "api/text": "api",
    "web/text": "web",
    "sti.config.json": config(apps, {
      images: { base: {} },
      defaults: { method },
      cache: { image: store, insecure: true },
    }),
  });
  const on = (worker: string) => {
    const engine = endpointOfWorker(worker, endpoint);
    const env = { XDG_CACHE_HOME: project.beside(worker), DOCKER_HOST: engine.host };
    return {
      keys: async () => await Promise.all(NAMES.map(async (name) => (await labelsOf(name))["sti.key"])),
      tree: async () => await readImageTree(engine, image("web")),
      run: async () => {
        const args = ["run", "--load", "all", "--metadata-file", "out.json"];
        const { exitCode, stderr } = await runSti(args, { cwd: project.folder, env });
        expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
        const { targets } = JSON.parse(await readFile(join(project.folder, "out.json"), "utf8"));
        return NAMES.map((name) => targets[name].outcome);
      },
    };
    async function labelsOf(name: string) {
      return (await inspectImage(engine, image(name)))?.Config.Labels ?? {};
    }
  };
  const [one, two] = [on("w1"), on("w2")];
  expect(await one.run()).toEqual(["built", "built", "built"]);
  const [keys, tree] = [await one.keys(), await one.tree()];
  expect(await two.run()).toEqual(["restored", "restored", "restored"]);
  expect(await two.keys()).toEqual(keys);
  expect(await two.tree()).toEqual(tree);
  // The other way round.
  await project.write({ "web/text": "edited" });
  expect(await two.run()).toEqual(["up-to-date", "up-to-date", "built"]);
  expect(await one.run()).toEqual(["up-to-date", "up-to-date", "restored"]);
  expect(await one.keys()).toEqual(await two.keys());
  await cluster.removeImages();
});
