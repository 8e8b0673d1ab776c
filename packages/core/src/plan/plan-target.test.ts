import { imageDetails, nodeOf, snapshot } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { UserConfig } from "../definition/schema.ts";
import type { AppTarget } from "../definition/target.ts";
import type { ImageConfig } from "../engine/image.ts";
import type { SourceSnapshot } from "../source/source.ts";
import { FOLDER } from "./app-build.ts";
import { STI_FOLDERS, s2iContract, stiContract } from "./builder-contract.ts";
import { coveredFolders } from "./covered-folders.ts";
import type { ImageFacts, ScriptFact } from "./facts.ts";
import { planTarget, type TargetInputs } from "./plan-target.ts";
import type { SourceCacheFacts } from "./source-cache.ts";
import { recordFiles } from "./source-files.ts";
import { describeStep, type Step } from "./step.ts";

const FILE = { kind: "file", path: "a", executable: false, size: 3, digest: "f1" } as const;
const SNAPSHOT = snapshot({
  origin: { kind: "folder", root: "/project/src" },
  digest: "d1",
  size: 3,
  entries: [FILE],
});
const ENGINE = {
  version: "20.10",
  apiVersion: "1.41",
  os: "linux",
  architecture: "amd64",
  cpus: 2,
  memory: 1,
};

const S2I = s2iContract({ labels: { "io.openshift.s2i.scripts-url": "image:///usr/libexec/s2i" }, env: [] });

const api = (more: object = {}): UserConfig => ({
  apps: { api: { source: "src", buildImage: "acme/builder", tag: "acme/api:dev", ...more } },
});
const find = <Kind extends Step["kind"]>(steps: readonly Step[], kind: Kind) =>
  steps.find((step) => step.kind === kind) as Extract<Step, { kind: Kind }>;

test("secrets are refused by name on an engine whose builder cannot be given them", () => {
  const engine = { ...ENGINE, product: "Podman", version: "5.4.2", buildsWithSecrets: false };
  const secrets = { token: { env: "TOKEN" } };
  const planned = planTarget(nodeOf(api({ secrets }), "api"), inputs([imageFacts()], { engine }));
  expect(planned).toMatchObject({
    ok: false,
    failures: [{ code: "secrets-unsupported", path: ["apps", "api", "secrets"], engine: "Podman 5.4.2" }],
  });
  expect(planTarget(nodeOf(api(), "api"), inputs([imageFacts()], { engine })).ok).toBe(true);
});

test("limits that an engine would discard are refused by name, each at its place", () => {
  const engine = {
    ...ENGINE,
    product: "Docker Engine",
    version: "28.5.2",
    discardedLimits: ["cpus", "memory"] as const,
  };
  const config = api({ method: "container", memory: "64MB", cpus: 1 });
  const refused = { code: "limit-unsupported", target: "api", engine: "Docker Engine 28.5.2" };
  expect(planTarget(nodeOf(config, "api"), inputs([imageFacts()], { engine }))).toMatchObject({
    ok: false,
    failures: [
      { ...refused, limit: "cpus", path: ["apps", "api", "cpus"] },
      { ...refused, limit: "memory", path: ["apps", "api", "memory"] },
    ],
  });
  expect(planTarget(nodeOf(config, "api"), inputs([imageFacts()])).ok).toBe(true);
  expect(planTarget(nodeOf(api({ method: "container" }), "api"), inputs([imageFacts()], { engine })).ok).toBe(
    true,
  );
});

test("another network is refused by name on an engine whose builder takes none", () => {
  const engine = { ...ENGINE, product: "Podman", version: "4.3.1", takesNetwork: "none" } as const;
  const planned = planTarget(nodeOf(api({ network: "none" }), "api"), inputs([imageFacts()], { engine }));
  expect(planned).toMatchObject({
    ok: false,
    failures: [{ code: "network-unsupported", path: ["apps", "api", "network"], engine: "Podman 4.3.1" }],
  });
  expect(planTarget(nodeOf(api(), "api"), inputs([imageFacts()], { engine })).ok).toBe(true);
});

test("the container method is refused by name on an engine whose commits have more than was requested", () => {
  const engine = { ...ENGINE, product: "Podman", version: "5.4.2", commitsExactly: false };
  const planned = planTarget(nodeOf(api({ method: "container" }), "api"), inputs([imageFacts()], { engine }));
  expect(planned).toMatchObject({
    ok: false,
    failures: [{ code: "method-unsupported", path: ["apps", "api", "method"], engine: "Podman 5.4.2" }],
  });
  expect(planTarget(nodeOf(api(), "api"), inputs([imageFacts()], { engine })).ok).toBe(true);
});

describe("the Dockerfile method", () => {
  test("prints one RUN that mounts the source, the artifacts and the build-only files", () => {
    const steps = stepsOf(api(), inputs([imageFacts()]));
    expect(steps.map((step) => step.kind)).toEqual(["build-image", "tag-image"]);
    expect(find(steps, "build-image").dockerfile.text).toBe(
      [
        "FROM acme/builder:latest",
        'RUN --mount=type=bind,source=src,target=/tmp/src,rw --mount=type=bind,source=artifacts,target=/tmp/artifacts,rw --mount=type=bind,source=sti,target=/run/sti,rw ["/bin/sh","-c",". /run/sti/env && exec /usr/bin/prepare"]',
        "ENTRYPOINT []",
        'CMD ["/usr/bin/run"]',
        "LABEL sti.key=k1",
        "",
      ].join("\n"),
    );
  });

  test.each([
    ["of-step", "none", "--network=none "],
    ["of-step", "default", ""],
    [undefined, "none", ""],
  ] as const)(
    "names the network at each step where the builder needs it (%s, %s)",
    (takesNetwork, network, option) => {
      const images = [imageFacts(), imageFacts()];
      const config = api({ network, runtimeImage: "acme/runtime" });
      const steps = stepsOf(config, inputs(images, { engine: { ...ENGINE, takesNetwork } }));
      const { dockerfile, network: ofCall } = find(steps, "build-image");
      const runs = dockerfile.text.split("\n").filter((line) => line.startsWith("RUN "));
      expect(runs).toHaveLength(2);
      for (const run of runs) expect(run.slice("RUN ".length)).toMatch(new RegExp(`^${option}--mount`));
      expect(ofCall).toBe(network);
    },
  );

  test("runs its commands anew by a file in the folder they mount, not by emptying the engine's caches", () => {
    const caches = [{ target: "/root/.npm", id: "npm" }];
    const step = find(stepsOf(api({ caches }), inputs([imageFacts()], { noCache: true })), "build-image");
    expect(step).toMatchObject({ noCache: false, nonce: "sti/nonce" });
    const runs = step.dockerfile.text.split("\n").filter((line) => line.startsWith("RUN "));
    expect(runs).toHaveLength(1);
    for (const line of runs) expect(line).toContain("source=sti,target=/run/sti");
    expect(find(stepsOf(api(), inputs([imageFacts()])), "build-image").nonce).toBeUndefined();
  });

  test("escapes what a user wrote, and takes line feeds from an argument of a stage of its own", () => {
    const env = { QUOTE: 'a"b\\c', EXPAND: "$HOME `id`", LINES: "one\r\nRUN two" };
    const step = find(stepsOf(api({ env }), inputs([imageFacts()])), "build-image");
    expect(step.dockerfile.text.split("\n").slice(0, 7)).toEqual([
      "FROM acme/builder:latest AS result-variables",
      "ARG STI_NEWLINE",
      "ARG STI_RETURN",
      'ENV QUOTE="a\\"b\\\\c"',
      'ENV EXPAND="\\$HOME `id`"',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what the Dockerfile says
      'ENV LINES="one${STI_RETURN}${STI_NEWLINE}RUN two"',
      "",
    ]);
    expect(step.buildArgs).toEqual({ STI_NEWLINE: "\n", STI_RETURN: "\r" });
  });

  test("sends the source as files of the image's user, in a folder of its own", () => {
    const { parts } = find(stepsOf(api(), inputs([imageFacts()])), "build-image");
    expect(parts[0]).toEqual({
      kind: "source",
      snapshot: SNAPSHOT,
      path: "src",
      owner: { uid: 1001, gid: 0 },
    });
    expect(parts[1]).toMatchObject({ kind: "directory", path: "artifacts", owner: { uid: 1001, gid: 0 } });
  });

  test("deploys the output of the build stage on the runtime image, and tags both stages last", () => {
    const config = api({ runtimeImage: "acme/runtime" });
    const steps = stepsOf(config, inputs([imageFacts(), imageFacts({ id: "sha256:runtime" })]));
    expect(steps.map((step) => `${step.kind} ${step.stage}`)).toEqual([
      "build-image build",
      "build-image result",
      "tag-image build",
      "tag-image result",
    ]);
    const { text } = find(steps, "build-image").dockerfile;
    expect(text).toContain("FROM acme/builder:latest AS build\nCOPY --chown=1001:0 fresh-output /tmp\n");
    expect(text).toContain(
      "FROM acme/runtime:latest\nRUN --mount=type=bind,from=build,source=/tmp/build,target=/tmp/src,rw",
    );
  });
});

describe("the container method", () => {
  const run = (more: object = {}) => api({ method: "container", ...more });

  test("creates, fills, runs, commits and tags", () => {
    expect(stepsOf(run(), inputs([imageFacts()])).map((step) => step.kind)).toEqual([
      "create-container",
      "upload-source",
      "run-script",
      "commit-container",
      "tag-image",
    ]);
  });

  test("gives the container exactly the variables of the image, since a commit keeps them", () => {
    const steps = stepsOf(
      run({ env: { MODE: "app", NEW: "1" }, buildEnv: { TOKEN: "x" } }),
      inputs([imageFacts()]),
    );
    const env = ["PATH=/usr/bin", "MODE=app", "NEW=1"];
    expect(find(steps, "create-container").spec.env).toEqual(env);
    expect(find(steps, "commit-container").config).toMatchObject({
      env,
      user: "1001",
      workingDir: "/srv",
      entrypoint: [],
      cmd: ["/usr/bin/run"],
    });
  });

  test.each([
    ["the commit's time of a source from git", 315532800, "1700000000"],
    ["the time that was asked for, whatever the commit's", 5, "5"],
  ])("gives prepare %s", (_name, time, epoch) => {
    const revision = { url: "https://git.test/a", commit: "abc", commitTime: 1_700_000_000 };
    const given = inputs([imageFacts()], { time, snapshot: { ...SNAPSHOT, revision } });
    const file = find(stepsOf(run({}), given), "upload-source").parts.find(
      (part) => part.path === "run/sti/env",
    );
    expect(file?.kind === "file" && file.content).toContain(`SOURCE_DATE_EPOCH=${epoch}\n`);
  });

  test("says what a registry calls the base, by preference under the base's own name", () => {
    const facts = imageFacts();
    const [other, own] = ["a", "b"].map((digit) => `sha256:${digit.repeat(64)}`);
    const digests = [`mirror.test/builder@${other}`, `acme/builder@${own}`];
    const known = { ...facts, details: { ...facts.details, digests } };
    const labels = find(stepsOf(run({ buildImage: "acme/builder" }), inputs([known])), "commit-container")
      .config.labels;
    expect(labels["org.opencontainers.image.base.digest"]).toBe(own);
  });

  test.each([
    ["files", undefined, "/tmp/artifacts", /^\. \/run\/sti\/env && exec \/usr\/bin\/prepare$/],
    [
      "a tar stream",
      S2I,
      "/run/sti/artifacts",
      /tar -xof - -C \/tmp\/artifacts.*assemble \|\| exit; rm -rf \/tmp\/artifacts/,
    ],
  ] as const)("hands on artifacts that are %s in a volume", (_, contract, place, command) => {
    const reuse = { kind: "incremental", previous: { id: "sha256:old", short: "acme/api:dev" } } as const;
    const image = imageFacts(contract === undefined ? {} : { facts: { contract } });
    const steps = stepsOf(run(), inputs([image], { reuse }));
    const [saving, preparing] = steps.flatMap((step) =>
      step.kind === "create-container" ? [step.spec] : [],
    );
    const volume = { kind: "volume", name: "artifacts", target: place };
    expect(saving?.mounts).toContainEqual(volume);
    expect(preparing?.mounts).toContainEqual(contract === undefined ? volume : { ...volume, readOnly: true });
    expect(preparing?.entrypoint[2]).toMatch(command);
  });

  test("puts build-only variables into a mounted file, quoted for the shell", () => {
    const steps = stepsOf(run({ buildEnv: { TOKEN: "it's $x" } }), inputs([imageFacts()]));
    const file = find(steps, "upload-source").parts.find((part) => part.path === "run/sti/env");
    expect(file?.kind === "file" && file.content).toBe(
      "export TOKEN='it'\\''s $x'\nexport STI_APP=api\nexport STI_METHOD=run\nexport STI_INCREMENTAL=false\nexport SOURCE_DATE_EPOCH=315532800\n",
    );
  });

  test.each([
    [
      "a commit on a branch",
      { commit: "c1", branch: "it's", tag: undefined, isDirty: true },
      "STI_GIT_COMMIT=c1 STI_GIT_BRANCH='it'\\''s' STI_GIT_TAG='' STI_GIT_DIRTY=true",
    ],
    [
      "no repository",
      { problem: "none" },
      "STI_GIT_COMMIT='' STI_GIT_BRANCH='' STI_GIT_TAG='' STI_GIT_DIRTY=''",
    ],
  ])("gives prepare, on request, the values of %s", (_, git, words) => {
    const planned = (more: object) =>
      planTarget(nodeOf(run(more), "api"), { ...inputs([imageFacts()]), snapshot: { ...SNAPSHOT, git } });
    const envOf = (more: object) => {
      const result = planned(more);
      if (!result.ok) throw new Error(JSON.stringify(result.failures));
      const file = find(result.value, "upload-source").parts.find((part) => part.path === "run/sti/env");
      const text = file?.kind === "file" ? String(file.content) : "";
      return text
        .split("\n")
        .flatMap((line) => (line.includes("STI_GIT_") ? [line.replace("export ", "")] : []));
    };
    expect(envOf({ git: true }).join(" ")).toBe(words);
    expect(envOf({})).toEqual([]);
  });

  test("gives prepare the package of the workspace that is the app", () => {
    const source = [{ from: { workspace: "@acme/api" } }, { from: "tsconfig.json" }];
    const steps = stepsOf(run({ source }), inputs([imageFacts()]));
    const file = find(steps, "upload-source").parts.find((part) => part.path === "run/sti/env");
    expect(file?.kind === "file" && file.content).toContain("export STI_WORKSPACE=@acme/api\n");
  });

  test("hands the output volume of the build stage to the runtime stage as its source", () => {
    const steps = stepsOf(run({ runtimeImage: "acme/runtime" }), inputs([imageFacts(), imageFacts()]));
    const mounts = steps.flatMap((step) =>
      step.kind === "create-container" ? [step.spec.mounts.filter((mount) => mount.kind === "volume")] : [],
    );
    expect(mounts[0]).toContainEqual({ kind: "volume", name: "output", target: "/tmp/build" });
    expect(mounts[1]).toContainEqual({ kind: "volume", name: "output", target: "/tmp/src" });
  });
});

describe("a source that an engine keeps", () => {
  const app = (more: object = {}) => api({ method: "container", secrets: { token: { env: "T" } }, ...more });
  const entries = Array.from({ length: 300 }, (_, index) => ({ ...FILE, path: `f${100 + index}` }));
  const snapshot: SourceSnapshot = { ...SNAPSHOT, entries };
  const owner = { uid: 1001, gid: 0 };
  const place = { volume: "v", folder: "/volumes/v", sealedAt: "2026-01-02T03:04:05Z" };
  const files = { ...recordFiles(snapshot), f100: "other", gone: "x" };
  const base = { ...place, owner, time: 315532800, files };
  const sourceCache: SourceCacheFacts = { project: "p", base, refusedBy: undefined };
  const given = (facts: SourceCacheFacts, images = [imageFacts()]) =>
    inputs(images, { snapshot, sourceCache: facts, engine: { ...ENGINE, overlays: true } });

  test("is below the container's source, checked before prepare, and only what differs is sent", () => {
    const steps = stepsOf(app(), given(sourceCache));
    expect(steps.map((step) => step.kind)).toEqual([
      "create-container",
      "upload-source",
      "run-script",
      "commit-container",
      "tag-image",
    ]);
    const { spec } = find(steps, "create-container");
    const labels = { "sti.source": "api", "sti.project": "p" };
    expect(spec.mounts[0]).toEqual({ kind: "source-cache", target: "/tmp/src", base: place, labels });
    expect(spec.entrypoint[2]).toMatch(/&& \. \/run\/sti\/check && \. \/run\/sti\/env && exec/);
    const upload = find(steps, "upload-source");
    expect(upload.changes).toMatchObject({ changed: 1, removed: ["gone"], of: 300 });
    expect(upload.parts[0]).toMatchObject({ kind: "source", only: new Set(["f100"]) });
    expect(describeStep(upload)).toBe("send changed files (1 and 1 removed, of 300)");
  });

  test("is filled where there is none", () => {
    const steps = stepsOf(app(), given({ ...sourceCache, base: undefined }));
    expect(steps[0]).toMatchObject({ kind: "keep-source", image: "sha256:base", project: "p", owner });
    expect(find(steps, "upload-source").changes).toMatchObject({ base: undefined, changed: 0 });
  });

  test("is the build stage's in an extended build", () => {
    const steps = stepsOf(
      app({ runtimeImage: "acme/runtime" }),
      given(sourceCache, [imageFacts(), imageFacts()]),
    );
    const mounts = steps.flatMap((step) =>
      step.kind === "create-container" ? [step.spec.mounts[0]?.kind] : [],
    );
    expect(mounts).toEqual(["source-cache", "volume"]);
    const checks = steps.flatMap((step) => (step.kind === "run-script" ? [step.checksSource] : []));
    expect(checks).toEqual([true, undefined]);
  });
});

/** The folders of a build that each stage's mounts cover. */
function coverageOf(steps: readonly Step[], method: string): readonly (readonly string[])[] {
  const stages =
    method === "container"
      ? steps.flatMap((step) =>
          step.kind === "create-container" ? [step.spec.mounts.map(({ target }) => target)] : [],
        )
      : find(steps, "build-image")
          .dockerfile.text.split("\n")
          .filter((line) => line.startsWith("RUN "))
          .map((line) => [...line.matchAll(/target=([^, ]+)/g)].map(([, target = ""]) => target));
  return stages.map((targets) =>
    [STI_FOLDERS.source, STI_FOLDERS.artifacts, ...Object.values(FOLDER)].filter((folder) =>
      targets.includes(folder),
    ),
  );
}

describe("both methods", () => {
  test.each(["container", "dockerfile"])(
    "by method %s, mounts cover what no image is to hold files in",
    (method) => {
      for (const secrets of [{}, { token: { env: "T" } }]) {
        for (const extended of [{}, { runtimeImage: "acme/runtime" }]) {
          const config = api({ method, secrets, ...extended });
          const images = "runtimeImage" in extended ? [imageFacts(), imageFacts()] : [imageFacts()];
          const target = nodeOf(config, "api").target as AppTarget;
          const stages = images.length === 2 ? (["build", "result"] as const) : (["result"] as const);
          const covered = stages.map((stage) => coveredFolders(target, stage, stiContract("/usr/bin")));
          expect(coverageOf(stepsOf(config, inputs(images)), method)).toEqual(covered);
        }
      }
    },
  );

  test("give the host's certificates and proxies to prepare only", () => {
    const hostTrust = { caBundle: new Uint8Array([1]), env: { HTTPS_PROXY: "http://proxy:1" } };
    for (const method of ["dockerfile", "container"]) {
      const steps = stepsOf(api({ method, hostTrust: true }), inputs([imageFacts()], { hostTrust }));
      const files = steps
        .flatMap((step) => ("parts" in step ? step.parts : []))
        .filter((part) => part.kind === "file");
      expect(files.map((file) => file.path.split("/").at(-1))).toEqual(["env", "ca-bundle.crt", "apt.conf"]);
      expect(String(files[0]?.content)).toContain("export NODE_EXTRA_CA_CERTS=/run/sti/ca-bundle.crt\n");
      expect(String(files[0]?.content)).toContain("export HTTPS_PROXY=http://proxy:1\n");
      const rest = steps.map((step) => ("parts" in step ? { ...step, parts: [] } : step));
      expect(JSON.stringify(rest)).not.toContain("proxy");
    }
  });

  test.each([
    ["script-missing", imageFacts({ scripts: { run: { state: "missing" } } })],
    ["script-not-executable", imageFacts({ scripts: { prepare: { state: "not-executable" } } })],
    ["image-onbuild", imageFacts({ config: { onBuild: ["RUN x"] } })],
    ["image-architecture", imageFacts({ architecture: "arm64" })],
    [
      "script-architecture",
      imageFacts({
        scripts: {
          prepare: { state: "present", program: { path: "/usr/bin/prepare", architecture: "arm64" } },
          run: { state: "present", program: { path: "/bin/sh", architecture: "amd64" } },
        },
      }),
    ],
    ["image-volume", imageFacts({ config: { volumes: ["/tmp/src"] } })],
    ["image-shell-missing", imageFacts({ facts: { shell: false } })],
    ["image-user-unknown", imageFacts({ facts: { owner: undefined } })],
  ] as const)("refuse an image that falls short: %s", (code, facts) => {
    const planned = planTarget(nodeOf(api(), "api"), inputs([facts]));
    expect(planned.ok ? [] : planned.failures.map((failure) => failure.code)).toEqual([code]);
  });

  test("say everything that is wrong with an image at once", () => {
    const facts = imageFacts({
      scripts: { prepare: { state: "missing" }, run: { state: "missing" } },
      config: { onBuild: ["RUN x"] },
    });
    const planned = planTarget(nodeOf(api(), "api"), inputs([facts]));
    expect(planned.ok ? [] : planned.failures.map((failure) => failure.code)).toEqual([
      "script-missing",
      "script-missing",
      "image-onbuild",
    ]);
  });

  test("differ on declared volumes: only a container would lose what is written there", () => {
    const facts = imageFacts({ config: { volumes: ["/srv"] } });
    expect(planTarget(nodeOf(api(), "api"), inputs([facts])).ok).toBe(true);
    expect(planTarget(nodeOf(api({ method: "container" }), "api"), inputs([facts]))).toMatchObject({
      ok: false,
      failures: [{ code: "image-volume", volumes: ["/srv"] }],
    });
  });
});

describe("secrets", () => {
  const secrets = { TOKEN: { env: "NPM_TOKEN" }, "a.pem": { file: "a.pem" } };

  test("are mounts of the Dockerfile's user, in memory, in both stages", () => {
    const config = api({ secrets, runtimeImage: "acme/runtime" });
    const steps = stepsOf(
      config,
      inputs([imageFacts(), imageFacts({ facts: { owner: { uid: 5, gid: 6 } } })]),
    );
    const step = find(steps, "build-image");
    expect(step.secrets).toEqual(["TOKEN", "a.pem"]);
    const runs = step.dockerfile.text.split("\n").filter((line) => line.startsWith("RUN "));
    const ids = ["uid=1001,gid=0", "uid=5,gid=6"];
    expect(runs).toHaveLength(2);
    runs.forEach((run, index) => {
      expect(run).toContain("--mount=type=tmpfs,target=/run/secrets ");
      expect(run).toContain(
        `--mount=type=secret,id=TOKEN,target=/run/secrets/TOKEN,${ids[index]},mode=0400,required `,
      );
    });
  });

  test("come to containers through their input, into a folder in memory", () => {
    const steps = stepsOf(api({ method: "container", secrets }), inputs([imageFacts()]));
    const { spec } = find(steps, "create-container");
    expect(spec.hasInput).toBe(true);
    expect(spec.mounts).toContainEqual({
      kind: "tmpfs",
      target: "/run/secrets",
      uid: 1001,
      gid: 0,
      mode: 0o700,
    });
    expect(find(steps, "run-script").secrets).toEqual(["TOKEN", "a.pem"]);
  });

  test("leave builds without any as they are", () => {
    for (const method of ["dockerfile", "container"]) {
      const steps = stepsOf(api({ method }), inputs([imageFacts()]));
      expect(JSON.stringify(steps)).not.toContain("/run/secrets");
    }
  });
});

describe("the user who runs prepare", () => {
  const accounts = { passwd: "other:x:1005:70::/:/bin/sh\n", group: "g:x:70:\n" };

  test("owns what prepare gets, and gives way to the base's user afterwards", () => {
    const facts = imageFacts({ facts: { accounts } });
    const built = find(stepsOf(api({ user: "other" }), inputs([facts])), "build-image");
    expect(built.parts[0]).toMatchObject({ owner: { uid: 1005, gid: 70 } });
    const lines = built.dockerfile.text.split("\n").map((line) => line.split(" ").slice(0, 2).join(" "));
    expect(lines.slice(1, 4)).toEqual(["USER other", expect.stringMatching("^RUN "), "USER 1001"]);
    const steps = stepsOf(api({ method: "container", user: "other" }), inputs([facts]));
    expect(find(steps, "create-container").spec.user).toBe("other");
    expect(find(steps, "commit-container").config.user).toBe("1001");
  });

  test("leaves an image without a user with 0, by both methods", () => {
    const facts = imageFacts({ config: { user: "" }, facts: { accounts, owner: { uid: 0, gid: 0 } } });
    const built = find(stepsOf(api({ user: "other" }), inputs([facts])), "build-image");
    expect(built.dockerfile.text).toContain("\nUSER 0\n");
    const steps = stepsOf(api({ method: "container", user: "other" }), inputs([facts]));
    expect(find(steps, "commit-container").config.user).toBe("0");
  });

  test("is reported as a number where the base's user is no plain text", () => {
    const facts = imageFacts({ config: { user: "a$b" }, facts: { accounts } });
    const built = find(stepsOf(api({ user: "other" }), inputs([facts])), "build-image");
    expect(built.dockerfile.text).toContain("\nUSER 1001:0\n");
  });

  test.each([
    [{ user: "absent" }, ["image-user-unknown"]],
    [{ user: "other", allowedUids: [1001] }, ["user-not-allowed"]],
    [{ allowedUids: [0, "1002-"] }, ["user-not-allowed"]],
    [{ allowedUids: ["1000-1001"] }, []],
    [{ platform: "linux/arm64" }, ["config-invalid"]],
    [{ platform: "linux/amd64/v2" }, []],
  ])("%j: %j", (more, codes) => {
    const planned = planTarget(nodeOf(api(more), "api"), inputs([imageFacts({ facts: { accounts } })]));
    expect(planned.ok ? [] : planned.failures.map((failure) => failure.code)).toEqual(codes);
  });
});

interface ImageChanges {
  readonly id?: string;
  readonly config?: Partial<ImageConfig>;
  readonly scripts?: Partial<Record<"prepare" | "run", ScriptFact>>;
  readonly facts?: Partial<ImageFacts>;
  readonly architecture?: string;
}

/** Facts about an image that has all scripts and runs as user 1001. */
function imageFacts({ config, facts, scripts, ...changes }: ImageChanges = {}): ImageFacts {
  const present: ScriptFact = { state: "present" };
  return {
    details: imageDetails({
      ...changes,
      config: {
        env: ["PATH=/usr/bin", "MODE=base"],
        user: "1001",
        workingDir: "/srv",
        entrypoint: ["/entry"],
        cmd: ["sh"],
        ...config,
      },
    }),
    scripts: {
      "prepare-dependencies": { state: "missing" },
      prepare: present,
      run: present,
      "save-artifacts": present,
      ...scripts,
    },
    shell: true,
    accounts: { passwd: "", group: "" },
    contract: stiContract("/usr/bin"),
    owner: { uid: 1001, gid: 0 },
    ...facts,
  };
}

function inputs(images: TargetInputs["images"], changes: Partial<TargetInputs> = {}): TargetInputs {
  return {
    key: "k1",
    snapshot: SNAPSHOT,
    dockerfile: undefined,
    images,
    engine: ENGINE,
    hostTrust: undefined,
    reuse: { kind: "clean", reason: "no previous image", isExpected: true },
    changed: undefined,
    time: 315532800,
    noCache: false,
    ...changes,
  };
}

function stepsOf(config: UserConfig, given: TargetInputs): readonly Step[] {
  const planned = planTarget(nodeOf(config, "api"), given);
  if (!planned.ok) throw new Error(JSON.stringify(planned.failures));
  return planned.value;
}
