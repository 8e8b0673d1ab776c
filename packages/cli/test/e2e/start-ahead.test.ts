import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { BY_CONTAINER, KEEPS_DIGESTS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { runSti } from "@sti/testing/run-cli";
import { type CliWatch, watchSti } from "@sti/testing/watch-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { expect, test, vi } from "vitest";

const { config, endpoint, image, inspect } = await withEngine("sti-e2e-ahead");

/** Puts into the image all that it can see of how it was started. */
const PREPARE = `#!/bin/sh
set -e
out=/srv/app
[ ! -d /tmp/build ] || out=/tmp/build
mkdir -p $out && cp -rp /tmp/src/. $out/
cat > $out/stdin; env | grep -v ^HOSTNAME= | sort > $out/env; umask > $out/umask; id > $out/id; pwd > $out/pwd
ls -A /run/sti > $out/build-only; cat /proc/self/cgroup | wc -l > $out/cgroup
if [ -d /run/secrets ]; then cat /run/secrets/TOKEN | wc -c > $out/secret; fi
cp /tmp/artifacts/builds $out/ 2> /dev/null || echo no artifacts > $out/builds
`;
const RUN = "#!/bin/sh\ncat /srv/app/text\n";
const APPS = {
  plain: { env: { A: "1" }, buildEnv: { B: "2" } },
  extended: { runtimeImage: image("runtime") },
  secret: { secrets: { TOKEN: { env: "STI_TEST_TOKEN" } } },
  incremental: { buildImage: image("keeper") },
};
const names = Object.keys(APPS);
const FILES = {
  ...imageFolder("builder", { prepare: PREPARE, run: RUN }),
  "keeper/Dockerfile": `FROM ${image("builder")}\nCOPY save-artifacts /usr/bin/\n`,
  "keeper/save-artifacts": "#!/bin/sh\necho had artifacts > /tmp/artifacts/builds\n",
  ...imageFolder("runtime", {
    prepare: "#!/bin/sh\nmkdir -p /srv/app && cp -rp /tmp/src/. /srv/app/\n",
    run: RUN,
  }),
  "sti.config.json": config(APPS, {
    defaults: { method: "container" },
    images: { builder: {}, runtime: {}, keeper: {} },
  }),
  ...Object.fromEntries(names.map((name) => [`${name}/text`, "1"])),
};
const env = { STI_TEST_TOKEN: "s3ntinel" };

test.runIf(BY_CONTAINER)(
  "an image that is made in a container that was started ahead is that of a session on its own",
  async () => {
    const project = await createWorkspace(FILES);
    const watch = watchSti([], { cwd: project.folder, env });
    await watch.until("watch-settled");
    const made = new Map<string, unknown>();
    for (const name of names) {
      let ready: readonly string[] = [];
      // The first edit makes it one of those that were built last, the second one has artifacts where there are any.
      for (const text of ["2", "3", "4"]) {
        ready = await untilReady(2);
        await project.write({ [`${name}/text`]: text });
        const { changed } = await watch.until("watch-settled");
        expect(changed).toEqual([name]);
      }
      const container = await containerOf(name === "extended" ? "extended:latest-build" : name);
      // The containerd image store does not keep the container of an image.
      if (KEEPS_DIGESTS) expect(ready).toContain(container);
      made.set(name, await describeImage(name));
    }
    await stop(watch);
    const { exitCode } = await runSti(["run", "--force"], { cwd: project.folder, env });
    expect(exitCode).toBe(0);
    for (const name of names) expect(await describeImage(name)).toEqual(made.get(name));
  },
);

test.runIf(BY_CONTAINER)("a build does without it where somebody stopped or removed it", async () => {
  const project = await createWorkspace(FILES);
  const watch = watchSti(["plain"], { cwd: project.folder, env });
  await watch.until("watch-settled");
  for (const [method, path] of [
    ["POST", "/kill"],
    ["DELETE", "?force=1&v=1"],
  ] as const) {
    const [id] = await untilReady();
    await callEngine(endpoint, method, `/containers/${id}${path}`);
    await project.write({ "plain/text": path });
    expect(await watch.until("target-finished")).toMatchObject({ outcome: "built" });
    const [next] = await untilReady();
    expect(next).not.toBe(id);
  }
  await stop(watch);
});

test.runIf(BY_CONTAINER)("it ends with a watch that is killed, and the next session removes it", async () => {
  const project = await createWorkspace(FILES);
  const watch = watchSti(["plain"], { cwd: project.folder, env });
  await watch.until("watch-settled");
  await untilReady();
  await watch.stop("SIGKILL");
  await vi.waitFor(async () => expect(await listBuilds()).toMatchObject([{ State: "exited" }]), 20_000);
  expect((await runSti(["run", "plain"], { cwd: project.folder, env })).exitCode).toBe(0);
  expect(await listBuilds()).toEqual([]);
});

interface Row {
  readonly Id: string;
  readonly State: string;
}

/** Containers of builds. */
async function listBuilds(): Promise<readonly Row[]> {
  const filters = encodeURIComponent(JSON.stringify({ name: ["^/sti-build-"] }));
  return (await callEngine(endpoint, "GET", `/containers/json?all=1&filters=${filters}`)).body as Row[];
}

async function untilReady(count = 1): Promise<readonly string[]> {
  const states = () => listBuilds().then((rows) => rows.map(({ State }) => State));
  await vi.waitFor(async () => expect(await states()).toEqual(Array(count).fill("running")), 20_000);
  return (await listBuilds()).map(({ Id }) => Id);
}

async function describeImage(name: string) {
  const { Config, Id = "" } = (await inspect(image(name))) ?? {};
  return { config: Config, files: [...(await readImageTree(endpoint, Id))] };
}

/** The container that it was committed from. */
async function containerOf(name: string): Promise<string | undefined> {
  return (await inspect(image(name)))?.Container;
}

async function stop(watch: CliWatch): Promise<void> {
  expect(await watch.stop()).toMatchObject({ exitCode: 130 });
}
