// A project whose results are in a store, and machines that share it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { copyingScripts, imageFolder, proxyTo, type TestEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace, type Workspace } from "@sti/testing/workspace";
import { expect } from "vitest";

/** An engine and a user without images, records and digests of files. */
export interface Machine {
  run(
    ...args: string[]
  ): Promise<{ readonly stdout: string; readonly targets: Targets; readonly calls: Calls }>;
}
export type Targets = Readonly<
  Record<
    string,
    {
      outcome: string;
      imageId?: string;
      pushed?: { reference: string };
      restored?: { isLoaded: boolean };
      reuse?: { kind: string };
    }
  >
>;
type Calls = ReadonlyMap<string, number>;

/** The fixtures of a test file. `registryAddress`: of the store. */
export function storeFixtures({ config, endpoint, image }: TestEngine, registryAddress: () => string) {
  const appOf = (more: object = {}) => ({ buildImage: image("base"), ...more });

  async function createProject(
    method: string,
    more: Readonly<Record<string, object>> = {},
    {
      layered = false,
      saves = false,
      store = `${registryAddress()}/sti/store`,
    }: { layered?: boolean; saves?: boolean; store?: string } = {},
  ): Promise<Workspace> {
    const installs = { "prepare-dependencies": "#!/bin/sh\ncp /tmp/src/lock /srv/dependencies\n" };
    const scripts: Readonly<Record<string, string>> = {
      ...copyingScripts(),
      ...(layered ? installs : {}),
      ...(saves ? { "save-artifacts": "#!/bin/sh\ncp /srv/app/text /tmp/artifacts/\n" } : {}),
    };
    const builder = imageFolder("base", scripts);
    const dockerfile = builder["base/Dockerfile"] ?? "";
    const label = layered ? '\nLABEL sti.dependencies.inputs="lock"\n' : "";
    return await createWorkspace({
      ...builder,
      "base/Dockerfile": `${dockerfile}${label}`,
      "api/text": "api",
      "api/lock": "1",
      "web/text": "web",
      "web/lock": "1",
      "sti.config.json": JSON.stringify({
        ...JSON.parse(
          config(
            { api: appOf(more.api), web: appOf(more.web) },
            { images: { base: {} }, defaults: { method } },
          ),
        ),
        // Engines of some kinds reach the registry at another address than their own.
        cache: { image: store, insecure: true },
      }),
    });
  }

  function machine(project: Workspace, name: string, more: Readonly<Record<string, string>> = {}): Machine {
    return {
      run: async (...args) => {
        const { counts, host } = await proxyTo(endpoint);
        const env = { ...homeOf(project, name), DOCKER_HOST: host, ...more };
        const { exitCode, stderr, stdout } = await runSti(["run", ...args, "--metadata-file", "out.json"], {
          cwd: project.folder,
          env,
        });
        expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
        const { targets } = JSON.parse(await readFile(join(project.folder, "out.json"), "utf8"));
        return { stdout, targets, calls: new Map(counts) };
      },
    };
  }

  /** Removes the project's images and dependency layers from the engine. */
  async function empty(more: readonly string[] = [], kept: readonly string[] = []): Promise<void> {
    const { body } = await callEngine(endpoint, "GET", "/images/json");
    // Podman writes the names of registries out.
    const tags = (body as readonly { RepoTags: readonly string[] | null }[])
      .flatMap(({ RepoTags }) => RepoTags ?? [])
      .map((tag) => tag.replace(/^docker\.io\/(?:library\/)?/, ""));
    const own = tags.filter((tag) => /(?:^|\/)(?:sti-e2e-store(?:-origin)?\/|sti-dependencies:)/.test(tag));
    for (const tag of [...own, ...more].filter((one) => !kept.includes(one)))
      await callEngine(endpoint, "DELETE", `/images/${tag}?force=1`);
  }

  return { appOf, createProject, empty, machine };
}

export function homeOf(project: Workspace, name: string): Readonly<Record<string, string>> {
  return { XDG_CACHE_HOME: project.beside(name) };
}
