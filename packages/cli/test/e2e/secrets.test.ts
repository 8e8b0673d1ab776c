import { createHash, randomUUID } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { callEngine, readBytes } from "@sti/testing/engine-api";
import { METHODS } from "@sti/testing/engine-methods";
import { runSti } from "@sti/testing/run-cli";
import { describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";

const REPOSITORY = "sti-e2e-secrets";
const { config, endpoint, image } = await withEngine(REPOSITORY, {
  removes: "test",
  keeps: ["builder", "runtime"],
});
const TAG = image("app");
const FILE = "a\0b\n\n";

function configOf(app: Record<string, unknown>): string {
  const secrets = { TOKEN: { env: "STI_TEST_TOKEN" }, "file.bin": { file: "secret/file.bin" } };
  return config({ app: { secrets, ...app } }, { images: { builder: {}, runtime: {} } });
}

async function start(app: Record<string, unknown>, token: string, files: Record<string, string> = {}) {
  const project = await createProject({
    ...FILES,
    "app/unique": randomUUID(),
    "secret/file.bin": FILE,
    ...files,
    "sti.config.json": configOf(app),
  });
  const run = (...args: string[]) =>
    runSti(["run", "-v", "app", ...REPORTS, ...args], {
      cwd: project.folder,
      env: { STI_TEST_TOKEN: token },
    });
  return { ...project, run };
}

const KINDS = [
  ["one image", {}, 1],
  ["an extended build", { runtimeImage: `${REPOSITORY}/runtime` }, 2],
] as const;

/** An engine that has one method only has no way for secrets. */
const WITH_SECRETS = METHODS.length === 2 ? METHODS : [];

test.runIf(WITH_SECRETS.length === 0)(
  "secrets are refused by name where there is no way for them",
  async () => {
    const { exitCode, stderr } = await (await start({ method: "dockerfile" }, newToken())).run();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("cannot give secrets to the build of app");
  },
);

describe.each(WITH_SECRETS)("by method %s", (method) => {
  test.each(KINDS)(
    "prepare of %s reads secrets as files that nobody else can find",
    async (_, more, stages) => {
      const token = newToken();
      const project = await start({ method, ...more }, token);
      const { exitCode, stdout, stderr } = await project.run();
      expect({ exitCode, stderr, stdout }).toMatchObject({ exitCode: 0 });
      const said = [...stdout.matchAll(/^app │ (.*)$/gm)].map((match) => match[1] ?? "");
      expect(said.filter((line) => line === "/run/secrets/TOKEN 1001:7 400")).toHaveLength(1);
      expect(said.filter((line) => line === "/run/secrets/TOKEN 0:0 400")).toHaveLength(stages - 1);
      expect(said.filter((line) => line === "stdin: 0")).toHaveLength(stages);
      // The file's bytes, NUL and line ends and all.
      const sum = createHash("md5").update(FILE).digest("hex");
      expect(said.filter((line) => line === `${sum}  -`)).toHaveLength(stages);
      expect(said.filter((line) => line === "***").length).toBeGreaterThanOrEqual(2 * stages);
      expect(said.filter((line) => line === "in the environment")).toEqual([]);

      expectWithout(token, `${stdout}\n${stderr}`, "output");
      const tags = stages === 2 ? [TAG, `${TAG}-build`] : [TAG];
      for (const tag of tags.map((name) => (name.endsWith("-build") ? `${TAG}:latest-build` : name))) {
        const [inspect, history] = await Promise.all([
          callEngine(endpoint, "GET", `/images/${tag}/json`),
          callEngine(endpoint, "GET", `/images/${tag}/history`),
        ]);
        expect([inspect.status, history.status]).toEqual([200, 200]);
        expectWithout(token, JSON.stringify([inspect.body, history.body]), `${tag}: config and history`);
        expectWithout(token, await saveImage(tag), `${tag}: layers`);
      }
      expectWithout(token, await readTree(project.folder), "records, logs and reports");
      expectWithout(token, await readEngineLog(), "engine log");
      const again = await project.run();
      expect(again.stdout).toContain("up to date");
    },
  );

  test("a prepare that fails reveals none of its secrets", async () => {
    const token = newToken();
    const project = await start({ method }, token, { "app/fail": "" });
    const { exitCode, stdout, stderr } = await project.run();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("***");
    expectWithout(token, `${stdout}\n${stderr}`, "output");
    const written = await readTree(project.folder);
    expect(written).toContain('"type":"target-finished"');
    expectWithout(token, written, "records, logs and reports");
  });
});

test("a secret that is not set is an error at its place, before the engine is asked", async () => {
  const project = await createProject({ ...FILES, "sti.config.json": configOf({}) });
  const { exitCode, stderr } = await runSti(["run"], {
    cwd: project.folder,
    env: { DOCKER_HOST: "unix:///absent.sock" },
  });
  expect(exitCode).toBe(2);
  expect(stderr).toContain("takes STI_TEST_TOKEN from the environment, where it is not set");
  expect(stderr).toContain("sti.config.json:1:");
});

/** Has what shells, printf and JSON care for. */
const newToken = () => `s3nt'%\\"$inel/${randomUUID()}`;

/** Every form in which a token must be nowhere, as far as text can be searched. */
function formsOf(token: string): readonly string[] {
  const inner = token.slice(3, -3);
  return [
    inner,
    Buffer.from(token).toString("base64").slice(0, 40),
    Buffer.from(`-${token}`).toString("base64").slice(4, 40),
    encodeURIComponent(inner),
    [...Buffer.from(inner)].map((byte) => `%${byte.toString(16)}`).join(""),
    JSON.stringify(inner).slice(1, -1),
  ];
}

function expectWithout(token: string, text: string, where: string): void {
  const found = formsOf(token).filter((form) => text.includes(form));
  expect({ where, found, around: found.length > 0 ? text.slice(0, 2000) : "" }).toEqual({
    where,
    found: [],
    around: "",
  });
}

/** All that a saved image holds: its layers are archives that are not compressed. */
async function saveImage(image: string): Promise<string> {
  const saved = await readBytes(endpoint, `/images/${image}/get`);
  expect(saved.length).toBeGreaterThan(1 << 20);
  return saved.toString("latin1");
}

async function readTree(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, "latin1")))).join("\n");
}

/** Log of the development engine; empty if another engine is used. */
async function readEngineLog(): Promise<string> {
  const folder = process.env.STI_ENGINE_DIR ?? "/var/lib/sti-engine";
  return await readFile(join(folder, "dockerd.log"), "latin1").catch(() => "");
}

/** Everything that a session can write about itself. */
const REPORTS = [
  ...["html", "json", "junit", "trace"].map((format) => `--report=${format}`),
  "--output-file=ndjson=events.ndjson",
  "--metadata-file=metadata.json",
];

/** Says how it got its secrets, and prints them in every way it can. */
const PREPARE = `#!/bin/sh
set -e
stat -c '%n %u:%g %a' /run/secrets/*
echo "stdin: $(cat | wc -c)"
if env | grep -q "$(cat /run/secrets/TOKEN)"; then echo "in the environment"; fi
cat /run/secrets/TOKEN; echo
base64 /run/secrets/TOKEN
printf 'x'; cat /run/secrets/TOKEN | sed 's/^/-/' | base64
for byte in $(od -An -v -tx1 /run/secrets/TOKEN); do printf '%%%s' $byte; done; echo
md5sum < /run/secrets/file.bin
mkdir -p /srv/app
[ ! -e /tmp/src/fail ] || { cat /run/secrets/TOKEN >&2; exit 9; }
[ ! -d /tmp/build ] || cp -r /tmp/src/. /tmp/build/
cp -r /tmp/src/. /srv/app/
`;

const RUN = "#!/bin/sh\nls -A /run/secrets; exec cat /srv/app/text\n";

const FILES = {
  "app/text": "one",
  ...imageFolder(
    "builder",
    { prepare: PREPARE, run: RUN },
    { before: "ENV name=x value=y\n", after: "RUN mkdir /srv/app && chown -R 1001:7 /srv\nUSER 1001:7\n" },
  ),
  ...imageFolder("runtime", { prepare: PREPARE, run: RUN }),
};
