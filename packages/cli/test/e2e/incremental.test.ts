import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { listDifferences } from "@sti/testing/differing-parts";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { A_METHOD, KNOWS_OWN_IMAGES, METHODS } from "@sti/testing/engine-methods";
import { readImageTree } from "@sti/testing/image-tree";
import { listHoldings } from "@sti/testing/leftovers";
import { removeImagesOf } from "@sti/testing/remove-images";
import { runSti } from "@sti/testing/run-cli";
import type { Workspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { projectFolders } from "../../src/project/project-folders.ts";
import { createProject } from "../create-project.ts";

const REPOSITORY = "sti-e2e-incremental";
const BUILDERS = ["builder", "runtime"];
const { config, endpoint, image, imageId, removeImages } = await withEngine(REPOSITORY, {
  removes: "test",
  keeps: BUILDERS,
});
const TAG = `${REPOSITORY}/app`;

const configOf = (app: object) => config({ app }, { images: { builder: {}, runtime: {} } });

let project: Workspace;
const run = (...args: string[]) => runSti(["run", "-v", "app", ...args], { cwd: project.folder });
const start = async (app: Record<string, unknown>, files: Record<string, string> = {}) => {
  // Nothing of it may be in the engine's build cache: prepare's output is asserted.
  const unique = { "app/unique": randomUUID() };
  project = await createProject({ ...FILES, ...unique, ...files, "sti.config.json": configOf(app) });
};

const EPOCH = 315_532_800;

const KINDS = [
  ["one image", {}],
  ["an extended build", { runtimeImage: `${REPOSITORY}/runtime` }],
] as const;

describe.each(METHODS)("by method %s", (method) => {
  test.each(KINDS)("%s reuses artifacts exactly when it may", async (kind, more) => {
    await start({ method, ...more });
    const first = readRun(await run());
    expect(first).toMatchObject({ reuse: "clean: no previous image", prepare: "made false" });
    expect([...first.times.values()]).toEqual([EPOCH, EPOCH, EPOCH]);
    await callEngine(endpoint, "POST", `/images/${TAG}/tag?repo=${REPOSITORY}/clean`);

    const nothing = await run();
    expect(nothing.stdout).toMatch(/app .*up to date/);

    await project.write({ "app/text": "two" });
    const changed = readRun(await run());
    expect(changed).toMatchObject({ reuse: "incremental", prepare: "reused true" });
    expect(changed.times.get("other")).toBe(EPOCH);
    expect(changed.times.get("text")).toBeGreaterThan(1_700_000_000);

    await project.write({ "app/text": "one" });
    readRun(await run());
    expect(await listDifferences(`${REPOSITORY}/clean`, TAG)).toEqual([]);

    await project.write({
      "builder/note": "x",
      "builder/Dockerfile": `${FILES["builder/Dockerfile"]}RUN echo x > /tmp/note\n`,
    });
    expect(readRun(await run())).toMatchObject({
      reuse: "clean: build image changed",
      prepare: "made false",
    });

    expect(readRun(await run("--clean"))).toMatchObject({
      reuse: "clean: asked for",
      prepare: "made false",
    });
    expect(kind).toBeDefined();
  });

  test("artifacts keep hard links, links, modes and odd names, and none of them is on this machine", async () => {
    await start({ method });
    readRun(await run());
    await project.write({ "app/text": "two" });
    expect(readRun(await run())).toMatchObject({ prepare: "reused true" });
    const tree = await readImageTree(endpoint, TAG);
    const kept = tree.get("srv/kept/expensive");
    expect(kept).toMatchObject({ mode: 0o751, uid: 1001, gid: 7 });
    const hard = [tree.get("srv/kept/expensive"), tree.get("srv/kept/hard")]
      .map((entry) => entry?.type)
      .sort();
    expect(hard).toEqual(["file", "link"]);
    expect(tree.get("srv/kept/odd name\n-é")).toMatchObject({ type: "symlink", linkTarget: "../nowhere" });
    // Engines keep the empty mount points, or remove them.
    const mountPoints = ["tmp/artifacts", "tmp/src"];
    const others = [...tree.keys()].filter((path) => path.startsWith("tmp/") && !mountPoints.includes(path));
    expect(others).toEqual([]);
  });

  test("a save-artifacts that does not end well makes the build clean, with a warning", async () => {
    // It is run in the image of the build before, and does what that one's source says.
    const cases = Object.entries(ENDS).map(([name, { script }]) => `"${name}") ${script};;`);
    const save = `#!/bin/sh\ncase "$(cat /srv/app/end)" in\n${cases.join("\n")}\nesac\n`;
    await start(
      { method, saveArtifacts: { timeout: "2s", maxSize: "20MB" } },
      { "builder/save-artifacts": save, "app/end": Object.keys(ENDS)[0] ?? "" },
    );
    readRun(await run());
    const [, ...nexts] = [...Object.keys(ENDS), "none"];
    for (const [index, [name, { warning }]] of Object.entries(ENDS).entries()) {
      await project.write({ "app/end": nexts[index] ?? "" });
      const { reuse, prepare, warnings } = readRun(await run());
      expect({ name, prepare }).toEqual({ name, prepare: "made false" });
      expect({ name, reuse }).toEqual({ name, reuse: expect.stringMatching(/^clean: save-artifacts/) });
      expect({ name, warnings }).toEqual({ name, warnings: [expect.stringMatching(warning)] });
    }
  });

  test("hostile artifacts reach prepare as they are, and nothing else", async () => {
    const save = [
      "ln -s /etc/passwd /tmp/artifacts/expensive",
      "ln -s ../../../../../../../../etc /tmp/artifacts/up",
      "cp /bin/sh /tmp/artifacts/setuid; chmod 4755 /tmp/artifacts/setuid",
      "mkfifo /tmp/artifacts/pipe",
    ];
    await start({ method }, { "builder/save-artifacts": `#!/bin/sh\n${save.join("\n")}\n` });
    readRun(await run());
    await project.write({ "app/text": "two" });
    expect(readRun(await run())).toMatchObject({ reuse: "incremental", prepare: "reused true" });
    expect((await readImageTree(endpoint, TAG)).get("srv/kept/expensive")).toMatchObject({
      linkTarget: "/etc/passwd",
    });
  });

  test("a failed prepare says that the artifacts may be at fault, and keeps the earlier images", async () => {
    await start({ method, runtimeImage: `${REPOSITORY}/runtime` });
    readRun(await run());
    const earlier = [await imageId("app"), await imageId("app:latest-build")];
    for (const [file, message] of [
      ["app/fail", /prepare of .*builder.* exited with 9[\s\S]*--clean/],
      ["app/fail-runtime", /prepare of .*runtime.* exited with 1/],
      ["app/empty", /\/tmp\/build is empty after prepare/],
    ] as const) {
      await project.write({ [file]: "" });
      expect(await run()).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(message) });
      expect([await imageId("app"), await imageId("app:latest-build")]).toEqual(earlier);
      await project.remove(file);
    }
  });

  test("a cache lasts from build to build and is never in the image", async () => {
    const prepare =
      '#!/bin/sh\nset -e\necho "cache: $(ls /srv/kept/cache)"\necho kept > /srv/kept/cache/file\n';
    await start(
      { method, incremental: false, caches: [{ target: "/srv/kept/cache", id: "sti-e2e" }] },
      { "builder/prepare": prepare },
    );
    const volumes = (await listHoldings(endpoint)).volumes;
    try {
      await run();
      const second = await run("--force");
      expect(second.stdout).toContain("app │ cache: file");
      expect([...(await readImageTree(endpoint, TAG)).keys()]).not.toContain("srv/kept/cache/file");
    } finally {
      for (const name of (await listHoldings(endpoint)).volumes.filter(
        (volume) => !volumes.includes(volume),
      )) {
        expect(name).toBe("sti-cache-sti-e2e-1001");
        await callEngine(endpoint, "DELETE", `/volumes/${name}`);
      }
    }
  });
});

// Whether a build may be incremental is decided before there is a method.
const OF_A_METHOD = { method: A_METHOD };

test("a record that was lost makes every file look changed, but loses no artifacts", async () => {
  await start(OF_A_METHOD);
  readRun(await run());
  await rm(projectFolders(project.folder, process.env).memory.path, { recursive: true });
  await project.write({ "app/text": "two" });
  const { prepare, reuse, times } = readRun(await run());
  if (!KNOWS_OWN_IMAGES) return expect(reuse).toBe("clean: previous image came from a registry");
  expect(prepare).toBe("reused true");
  expect(Math.min(...times.values())).toBeGreaterThan(1_700_000_000);
});

test("what must be incremental fails when it cannot be", async () => {
  await start(
    { ...OF_A_METHOD, incremental: "required" },
    { "builder/save-artifacts": "#!/bin/sh\nexit 3\n" },
  );
  readRun(await run());
  await project.write({ "app/text": "two" });
  const failed = await run();
  expect(failed).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/save-artifacts.* exited with 3/),
  });
  await project.write({ "builder/Dockerfile": `${FILES["builder/Dockerfile"]}RUN echo x > /tmp/note\n` });
  expect(await run()).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining("build image changed"),
  });
  expect(readRun(await run("--clean"))).toMatchObject({ reuse: "clean: asked for" });
});

test("takes no artifacts of another app's image, or of one that sti did not make", async () => {
  await start(OF_A_METHOD);
  readRun(await run());
  await project.write({
    "sti.config.json": configOf(OF_A_METHOD).replace('"app":{"source"', '"twin":{"source"'),
  });
  const twin = await runSti(["run", "twin"], { cwd: project.folder });
  expect(twin.stdout).toContain("clean: previous image is of app");
  await callEngine(endpoint, "DELETE", `/images/${TAG}`);
  await callEngine(endpoint, "POST", `/images/debian:bookworm-slim/tag?repo=${TAG}&tag=latest`);
  await project.write({ "sti.config.json": configOf(OF_A_METHOD) });
  expect(readRun(await run())).toMatchObject({ reuse: "clean: previous image was not made by sti" });
});

test("a runtime image without prepare is refused before anything is built", async () => {
  await start({ ...OF_A_METHOD, runtimeImage: "debian:bookworm-slim" });
  const { exitCode, stderr, stdout } = await run();
  expect({ exitCode, stderr }).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/apps\.app\.runtimeImage: debian:bookworm-slim has no \/usr\/bin\/prepare/),
  });
  expect(stdout).not.toMatch(/app │ ▸/);
});

test.runIf(METHODS.length === 2)("an extended and incremental app is the same by both methods", async () => {
  const unique = { "app/unique": randomUUID() };
  for (const method of ["dockerfile", "container"]) {
    await start({ method, runtimeImage: `${REPOSITORY}/runtime` }, unique);
    readRun(await run());
    await project.write({ "app/text": "two" });
    expect(readRun(await run())).toMatchObject({ reuse: "incremental" });
    await callEngine(endpoint, "POST", `/images/${TAG}/tag?repo=${REPOSITORY}-kept/${method}`);
    await removeImages(BUILDERS.map((name) => `${image(name)}:latest`));
  }
  expect(await listDifferences(`${REPOSITORY}-kept/dockerfile`, `${REPOSITORY}-kept/container`)).toEqual([]);
  await removeImagesOf(endpoint, `${REPOSITORY}-kept`);
});

/** Output of the build: whether it was incremental, whether prepare reused, and each source file's time. */
function readRun({ exitCode, stdout, stderr }: Awaited<ReturnType<typeof runSti>>) {
  expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0 });
  return {
    reuse: /built .*\(.*; (incremental|clean: .*)\)/.exec(stdout)?.[1],
    prepare: /app │ (reused|made), incremental=(true|false)/.exec(stdout)?.slice(1, 3).join(" "),
    times: new Map(
      [...stdout.matchAll(/app │ \/tmp\/src\/(\S+) (\d+)/g)].map((match) => [match[1], Number(match[2])]),
    ),
    warnings: stdout.match(/^! .*$/gm) ?? [],
  };
}

/** Ways in which save-artifacts ends, each with the warning that the next build prints. */
const ENDS: Readonly<Record<string, { readonly script: string; readonly warning: RegExp }>> = {
  fails: { script: "echo no >&2; exit 3", warning: /save-artifacts exited with 3/ },
  hangs: { script: "sleep 600", warning: /save-artifacts took longer than 2 s/ },
  floods: {
    script: "while :; do cat /usr/bin/perl >> /tmp/artifacts/flood; done",
    warning: /save-artifacts (left more than|exited)/,
  },
  "floods with many files": {
    script: "i=0; while :; do i=$((i+1)); cp /usr/bin/perl /tmp/artifacts/f$i; done",
    warning: /left more than/,
  },
};

/** Its prepare makes something expensive, or takes it from the artifacts, and prints which. */
const PREPARE = `#!/bin/sh
set -e
mkdir -p /srv/app /srv/kept
cp -a /tmp/artifacts/. /srv/kept/
if [ -e /srv/kept/expensive ]; then echo "reused, incremental=$STI_INCREMENTAL"; else
  echo "made, incremental=$STI_INCREMENTAL"
  echo expensive > /srv/kept/expensive
  ln /srv/kept/expensive /srv/kept/hard
  ln -s ../nowhere "/srv/kept/odd name
-é"
  chmod 0751 /srv/kept/expensive
fi
stat -c '%n %Y' /tmp/src/* | sort
if [ -e /tmp/src/fail ]; then echo broken; exit 9; fi
cp -r /tmp/src/. /srv/app/
if [ -d /tmp/build ]; then [ -e /tmp/src/empty ] || cp -r /tmp/src/. /tmp/build/; fi
`;

const FILES = {
  ...imageFolder(
    "builder",
    {
      prepare: PREPARE,
      "save-artifacts": "#!/bin/sh\ncp -a /srv/kept/. /tmp/artifacts/\n",
      run: "#!/bin/sh\ncat /srv/app/text\n",
    },
    {
      after: "RUN mkdir /srv/app /srv/kept && chown -R 1001:7 /srv\nUSER 1001:7\n",
    },
  ),
  ...imageFolder("runtime", {
    prepare:
      "#!/bin/sh\nset -e\nmkdir -p /srv/site\ncp -r /tmp/src/. /srv/site/\n[ ! -e /tmp/src/fail-runtime ]\n",
    run: "#!/bin/sh\ncat /srv/site/text\n",
  }),
  "app/text": "one",
  "app/other": "other",
};
