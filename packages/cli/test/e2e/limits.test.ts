import { randomUUID } from "node:crypto";
import { imageFolder, withEngine } from "@sti/testing/e2e";
import { A_METHOD, BY_CONTAINER, HAS_LIMITS, METHODS, TAKES_NETWORK } from "@sti/testing/engine-methods";
import { runSti } from "@sti/testing/run-cli";
import type { Workspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";
import { createProject } from "../create-project.ts";

const { config, inspect, image, removeImages } = await withEngine("sti-e2e-limits", {
  removes: "test",
  keeps: ["builder"],
});
const TAG = image("app");

/** Prints its limits. */
const PREPARE = `#!/bin/sh
set -e
echo "user $(id -u):$(id -g)"
echo "interfaces $(tail -n +3 /proc/net/dev | sed 's/:.*//' | sort | tr -d ' \\n')"
grep '10[.]1[.]2[.]3' /etc/hosts | sed 's/\\t/ /'
grep -E 'CapBnd|NoNewPrivs' /proc/self/status | tr '\\t' ' '
cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us 2>/dev/null | sed 's/^/quota /' || sed 's/^/quota /' /sys/fs/cgroup/cpu.max
if [ -e /tmp/src/greedy ]; then exec perl -e '$x = "x" x 200_000_000; print length $x'; fi
if [ -e /tmp/src/slow ]; then echo waiting; sleep 60; exit 1; fi
touch /srv/made
`;

const FILES = {
  ...imageFolder(
    "builder",
    { prepare: PREPARE, run: "#!/bin/sh\nid -u; stat -c %u /srv/made\n" },
    { after: "RUN chmod 1777 /srv && groupadd -g 70 g && useradd -u 1005 -g 70 other\n" },
  ),
  "app/text": "one",
};

let project: Workspace;

async function runApps(apps: Record<string, object>, files: Record<string, string> = {}) {
  const unique = { "app/unique": randomUUID() };
  project = await createProject({ ...FILES, ...unique, ...files, "sti.config.json": config(apps) });
  return await runSti(["run", "-v"], { cwd: project.folder });
}

async function run(app: Record<string, unknown>, files: Record<string, string> = {}) {
  const result = await runApps({ app }, files);
  return { ...result, said: printedBy("app", result.stdout) };
}

function printedBy(app: string, stdout: string): readonly string[] {
  return [...stdout.matchAll(new RegExp(`^${app} +│ (.*)$`, "gm"))].map((match) => match[1] ?? "");
}

describe.each(METHODS)("by method %s", (method) => {
  test.runIf(TAKES_NETWORK)("network none leaves only the loopback, host gives the machine's", async () => {
    const none = await run({ method, network: "none", addHosts: { "db.test": "10.1.2.3" } });
    expect({ ...none }).toMatchObject({ exitCode: 0 });
    expect(none.said).toContain("interfaces lo");
    // Containers and Podman write no hosts where there is no network.
    if (method === "dockerfile" && BY_CONTAINER) expect(none.said).toContain("10.1.2.3 db.test");
    const host = await run({ method, network: "host" });
    expect({ ...host }).toMatchObject({ exitCode: 0 });
    expect(host.said).not.toContain("interfaces lo");
  });

  test("a prepare that takes too long is stopped, and says so", async () => {
    const { exitCode, stderr, said } = await run({ method, timeout: "2s" }, { "app/slow": "" });
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
    expect(said).toContain("waiting");
    expect(stderr).toContain("timed out after 2 s");
  });

  test("hosts have their addresses, and users run prepare, while the images run as their base does", async () => {
    const allowedUids = [0, "70-80", 1005];
    const apps = {
      hosted: { method, addHosts: { "db.test": "10.1.2.3" } },
      named: { method, allowedUids, user: "other" },
      numbered: { method, allowedUids, user: "1005" },
      grouped: { method, allowedUids, user: "77:78" },
    };
    const files = Object.keys(apps).map((name) => [`${name}/unique`, randomUUID()] as const);
    const { stdout, ...result } = await runApps(apps, Object.fromEntries(files));
    expect({ ...result, stdout }).toMatchObject({ exitCode: 0 });
    expect(printedBy("hosted", stdout)).toContain("10.1.2.3 db.test");
    for (const [name, ids] of [
      ["named", "1005:70"],
      ["numbered", "1005:70"],
      ["grouped", "77:78"],
    ] as const) {
      expect([name, ...printedBy(name, stdout)]).toContain(`user ${ids}`);
      expect([name, (await inspect(image(name)))?.Config.User]).toEqual([name, "0"]);
    }
  });
});

test("users that are not allowed are refused: the image's, and the app's", async () => {
  const own = await run({ method: A_METHOD, allowedUids: ["1-"] });
  expect(own.exitCode).toBe(1);
  expect(own.stderr).toContain("would run as user 0, which is not in allowedUids");
  const runner = await run({ method: A_METHOD, user: "other", allowedUids: [0] });
  expect(runner.stderr).toContain("would run as user 1005");
  const unknown = await run({ method: A_METHOD, user: "nobody-knows", allowedUids: ["0-"] });
  expect(unknown.stderr).toContain('runs as user "nobody-knows", which is not in its /etc/passwd');
});

test("another platform than the engine's is refused at its place", async () => {
  await removeImages();
  for (const state of ["not built", "up to date"]) {
    const { exitCode, stderr } = await run({ method: A_METHOD, platform: "linux/s390x" });
    expect({ state, exitCode }).toEqual({ state, exitCode: 2 });
    expect(stderr).toContain("is linux/s390x, but the engine is linux/");
    expect(await run({ method: A_METHOD })).toMatchObject({ exitCode: 0 });
  }
});

test.runIf(BY_CONTAINER && HAS_LIMITS)(
  "a container gets its processors, capabilities and privileges, and its image none of it",
  async () => {
    const plain = await run({ method: "container" });
    expect(plain).toMatchObject({ exitCode: 0 });
    const usual = (await inspect(TAG))?.Config;
    const limited = await run({
      method: "container",
      network: "none",
      memory: "64MB",
      cpus: 0.5,
      capDrop: ["ALL"],
      noNewPrivileges: true,
      addHosts: { x: "10.1.2.3" },
    });
    expect(limited).toMatchObject({ exitCode: 0 });
    expect(limited.said).toEqual(
      expect.arrayContaining(["quota 50000", "CapBnd: 0000000000000000", "NoNewPrivs: 1"]),
    );
    const config = (await inspect(TAG))?.Config;
    expect({ ...config, Labels: undefined }).toEqual({ ...usual, Labels: undefined });
  },
);

test.runIf(!HAS_LIMITS)("limits that the engine discards are refused, each at its place", async () => {
  const { exitCode, stderr } = await run({ method: "container", memory: "64MB", cpus: 1 });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("cannot limit the memory of app");
  expect(stderr).toContain("cannot limit the cpus of app");
});

test.runIf(BY_CONTAINER && HAS_LIMITS)(
  "a prepare that wants more memory than it may have gets that as the reason of its failure",
  async () => {
    const { exitCode, stderr } = await run({ method: "container", memory: "64MB" }, { "app/greedy": "" });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("out of memory");
  },
);

test("what the builder does not keep to is refused with the Dockerfile method, all at once", async () => {
  const limits = { memory: "64MB", cpus: 1, capDrop: ["ALL"], noNewPrivileges: true };
  const { exitCode, stderr } = await run({ method: "dockerfile", ...limits });
  expect(exitCode).toBe(2);
  for (const key of Object.keys(limits)) expect(stderr).toContain(`apps.app.${key}`);
  expect(stderr).toContain('needs method "container"');
});

test.skipIf(TAKES_NETWORK)(
  "another network is refused where the builder takes none, at its place",
  async () => {
    const { exitCode, stderr } = await run({ network: "none" });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("apps.app.network");
    expect(stderr).toContain("cannot build app in another network than its own");
  },
);

test.skipIf(BY_CONTAINER)("the container method is refused by name where commits are not exact", async () => {
  const { exitCode, stderr } = await run({ method: "container" });
  expect(exitCode).toBe(1);
  expect(stderr).toContain("apps.app.method");
  expect(stderr).toContain("use the Dockerfile method");
});
