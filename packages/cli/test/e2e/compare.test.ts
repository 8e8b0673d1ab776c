import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CompareDocument, Difference } from "@sti/core";
import { withEngine } from "@sti/testing/e2e";
import { callEngine } from "@sti/testing/engine-api";
import { importImage } from "@sti/testing/import-image";
import { listHoldings } from "@sti/testing/leftovers";
import { makeTar, type TarFile } from "@sti/testing/make-tar";
import { runSti } from "@sti/testing/run-cli";
import { createWorkspace } from "@sti/testing/workspace";
import { describe, expect, test } from "vitest";

const REPOSITORY = "sti-e2e-compare";
const { config: configOf, endpoint, leftovers, removeImages } = await withEngine(REPOSITORY);
const BIN = new URL("../../bin/sti.cjs", import.meta.url).pathname;

const DIRECTORY = { type: "5", mode: 0o755 } as const;

/** Entries that no packer of sources would write, but an engine accepts. */
const HOSTILE: readonly TarFile[] = [
  { name: "odd", ...DIRECTORY },
  { name: "odd/out", type: "2", mode: 0o777, link: "../../../../../../etc/shadow" },
  { name: "odd/absolute", type: "2", mode: 0o777, link: "/etc/passwd" },
  { name: "odd/loop", type: "2", mode: 0o777, link: "loop" },
  { name: "odd/null", type: "3", device: [1, 3] },
  { name: "odd/disk", type: "4", device: [8, 0] },
  { name: "odd/pipe", type: "6" },
  { name: "odd/root", mode: 0o4755, content: "suid" },
  { name: "odd/line\nbreak", content: "1" },
  { name: "odd/\u001b[31mred\u001b]0;title\u0007", content: "1" },
  { name: Buffer.from("odd/\xff\xfe", "latin1"), content: "1" },
  { name: "cut", pax: { path: `odd/${"l".repeat(255)}/${"n".repeat(255)}` }, content: "1" },
  {
    name: "odd/cap",
    pax: {
      "SCHILY.xattr.security.capability": Buffer.from("0100000200040000000000000000000000000000", "hex"),
    },
    content: "1",
  },
];

test("a hostile image is compared entry by entry, byte for byte, and harms nothing", async () => {
  const changed = HOSTILE.map((file): TarFile => {
    switch (file.name.toString("latin1")) {
      case "odd/out":
        return { ...file, link: "../../../../../../etc/hosts" };
      case "odd/null":
        return { ...file, device: [1, 5] };
      case "odd/root":
        return { ...file, mode: 0o755 };
      case "odd/\xff\xfe":
        return { ...file, name: Buffer.from("odd/\xff\xfd", "latin1") };
      case "odd/cap":
        return { name: "odd/cap", content: "1" };
      default:
        return file;
    }
  });
  const { exitCode, files } = await compareTrees([HOSTILE, changed], "--hints");
  expect(exitCode).toBe(1);
  expect(places(files?.differences.filter(({ rule }) => rule === undefined))).toEqual([
    ["/odd/cap", "attributes"],
    ["/odd/null", "device"],
    ["/odd/out", "link target"],
    ["/odd/root", "mode"],
    ["/odd/\udcff\udcfd", "entry"],
    ["/odd/\udcff\udcfe", "entry"],
  ]);
  const again = await compareTrees([HOSTILE, [...HOSTILE].reverse().filter(({ name }) => name !== "odd")]);
  expect(again.files?.different).toBe(0);

  const { stdout } = await runSti(["compare", `${REPOSITORY}/left:1`, "debian:bookworm-slim", "--list"]);
  expect(stdout).toContain(String.raw`/odd/line\x0abreak`);
  expect(stdout).toContain(String.raw`/odd/\x1b[31mred\x1b]0;title\x07`);
  expect(stdout).toContain(String.raw`/odd/\xff\xfe`);
  expect(stdout).not.toContain("\u001b");

  const { folder } = await createWorkspace({});
  const reports = ["html", "junit", "json"].flatMap((format) => ["--report", format]);
  const images = [`${REPOSITORY}/left:1`, "debian:bookworm-slim"];
  expect(await runSti(["compare", ...images, ...reports], { cwd: folder })).toMatchObject({ exitCode: 1 });
  const page = readFileSync(join(folder, "sti-compare.html"), "utf8");
  expect(page).toContain("<h1>Different</h1>");
  expect(page).not.toContain("\u001b");
  const junit = readFileSync(join(folder, "sti-compare.xml"), "utf8");
  expect(junit).toContain('<testcase name="files" classname="images"');
  expect(JSON.parse(readFileSync(join(folder, "sti-compare.json"), "utf8"))).toMatchObject({ met: false });
});

describe("compiled Python", () => {
  const pyc = (stamp: string, code: string) => Buffer.concat([Buffer.alloc(16, stamp), Buffer.from(code)]);
  const tree = (content: Buffer): readonly TarFile[] => [{ name: "app.pyc", content }];

  test("that differs in its stamp is equivalent, and the rule is reported", async () => {
    const { exitCode, files } = await compareTrees([tree(pyc("1", "code")), tree(pyc("2", "code"))]);
    expect(exitCode).toBe(0);
    expect(files).toMatchObject({ verdict: "equivalent", rules: [{ name: "pyc-stamps", count: 1 }] });
  });

  test("that differs in its code is different", async () => {
    const { exitCode, files } = await compareTrees([tree(pyc("1", "code")), tree(pyc("1", "other"))]);
    expect([exitCode, files?.verdict]).toEqual([1, "different"]);
  });
});

test("equivalent will not do where identical is required, and what is ignored is reported", async () => {
  const trees = [[{ name: "a", content: "1" }], [{ name: "a", content: "2" }]] as const;
  const { exitCode, files } = await compareTrees(trees, "--ignore", "a");
  expect(exitCode).toBe(0);
  expect(files?.rules).toEqual([{ name: "ignore a", about: expect.any(String), count: 1 }]);
  const strict = await compareTrees(trees, "--ignore", "a", "--require", "identical");
  expect([strict.exitCode, strict.document.met]).toEqual([1, false]);
});

test("each field of the config is compared", async () => {
  const lines = [
    'ENTRYPOINT ["/init"]',
    'CMD ["/a"]',
    "ENV A=1",
    "USER 7",
    "WORKDIR /srv",
    "EXPOSE 80",
    "VOLUME /data",
    "LABEL a=1",
    "STOPSIGNAL SIGINT",
    "HEALTHCHECK --interval=7s CMD true",
  ];
  const project = await createWorkspace({
    "plain/Dockerfile": "FROM debian:bookworm-slim\nCMD []\n",
    "full/Dockerfile": ["FROM debian:bookworm-slim", ...lines, ""].join("\n"),
    "sti.config.json": configOf({}, { images: { plain: {}, full: {} } }),
  });
  expect(await runSti(["run", "-q"], { cwd: project.folder })).toMatchObject({ exitCode: 0 });
  await leftovers.list();
  const { config, files } = await compare(`${REPOSITORY}/full`, `${REPOSITORY}/plain`);
  const counting = config?.differences.filter(({ rule }) => rule === undefined) ?? [];
  expect(counting.map(({ what }) => what).sort()).toEqual([
    "Cmd",
    "Entrypoint",
    "Env",
    "ExposedPorts",
    "Healthcheck",
    "Labels",
    "StopSignal",
    "User",
    "Volumes",
    "WorkingDir",
  ]);
  expect(counting.find(({ what }) => what === "Healthcheck")?.left).toContain("Interval=7000000000");
  expect(files?.verdict).toBe("identical");
});

test("what differs in the bases of two apps is distinguished from what differs in the apps", async () => {
  const base = (version: string) =>
    `FROM debian:bookworm-slim\nCOPY prepare run /usr/bin/\nRUN echo ${version} > /etc/base-version\nENV BASE=${version}\n`;
  const app = (name: string) => ({
    source: name,
    buildImage: `${REPOSITORY}/base-${name}`,
    tag: `${REPOSITORY}/app-${name}`,
  });
  const entry = (name: string) => ({ context: `base-${name}`, tag: `${REPOSITORY}/base-${name}` });
  const scripts = (name: string) => ({
    [`base-${name}/prepare`]: "#!/bin/sh\ncp -r /tmp/src /srv/app\n",
    [`base-${name}/run`]: "#!/bin/sh\n",
  });
  const project = await createWorkspace({
    "base-a/Dockerfile": base("1"),
    "base-b/Dockerfile": base("2"),
    ...scripts("a"),
    ...scripts("b"),
    "a/text": "one",
    "b/text": "two",
    "sti.config.json": JSON.stringify({
      images: { a: entry("a"), b: entry("b") },
      apps: { "app-a": app("a"), "app-b": app("b") },
    }),
  });
  expect(await runSti(["run", "-q"], { cwd: project.folder })).toMatchObject({ exitCode: 0 });
  await leftovers.list();
  const { comparison, config, files } = await compare(`${REPOSITORY}/app-a`, `${REPOSITORY}/app-b`);
  expect(comparison.left.base?.name).toBe(`${REPOSITORY}/base-a:latest`);
  const counting = [...(config?.differences ?? []), ...(files?.differences ?? [])].filter(
    ({ rule }) => rule === undefined,
  );
  expect(counting.map(({ path, what, origin }) => [path, what, origin])).toEqual([
    ["BASE", "Env", "base"],
    ["org.opencontainers.image.title", "Labels", "app"],
    ["/etc/base-version", "content", "base"],
    ["/srv/app/text", "content", "app"],
  ]);
});

test("an image that is no reference, or is not there, is said, and nothing is compared", async () => {
  expect(await runSti(["compare", "A B", "debian:bookworm-slim"])).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining("A B is not an image reference"),
  });
  const absent = `sha256:${"0".repeat(64)}`;
  expect(await runSti(["compare", "debian:bookworm-slim", absent])).toMatchObject({ exitCode: 4 });
});

describe("a comparison that is stopped while it reads", () => {
  const bytes = Buffer.alloc(4 << 20, "x");
  const large = Array.from(
    { length: 60 },
    (_, index): TarFile => ({ name: `file-${index}`, content: bytes }),
  );

  test.each([
    ["SIGINT", 130],
    ["SIGKILL", null],
  ] as const)(
    "by %s leaves no container, or a name by which the next command removes it",
    async (signal, code) => {
      await removeImages();
      await importImage(endpoint, `${REPOSITORY}/large:1`, makeTar(large));
      const child = spawn(process.execPath, [
        BIN,
        "compare",
        `${REPOSITORY}/large:1`,
        "debian:bookworm-slim",
      ]);
      const ended = once(child, "close");
      while (child.exitCode === null && !(await holdsSessionContainer())) await sleep(5);
      child.kill(signal);
      expect((await ended)[0]).toBe(code);
      if (signal === "SIGKILL")
        await runSti(["compare", "debian:bookworm-slim", "debian:bookworm-slim", "-q"]);
    },
  );
});

async function holdsSessionContainer(): Promise<boolean> {
  const { containers } = await listHoldings(endpoint);
  return containers.some((name) => name.startsWith("/sti-build-"));
}

test("an image is found by its id, too", async () => {
  const { body } = await callEngine(endpoint, "GET", "/images/debian:bookworm-slim/json");
  const { exitCode, files } = await compare(
    (body as { readonly Id: string }).Id,
    "debian:bookworm-slim",
    "--require",
    "identical",
  );
  expect([exitCode, files?.note]).toEqual([0, "it is one image"]);
});

/** Imports two images and compares them. */
async function compareTrees(
  [left, right]: readonly [readonly TarFile[], readonly TarFile[]],
  ...flags: readonly string[]
) {
  // An image that lost its tag to another one would stay.
  await removeImages();
  await importImage(endpoint, `${REPOSITORY}/left:1`, makeTar(left));
  await importImage(endpoint, `${REPOSITORY}/right:1`, makeTar(right));
  return await compare(`${REPOSITORY}/left:1`, `${REPOSITORY}/right:1`, ...flags);
}

async function compare(left: string, right: string, ...flags: readonly string[]) {
  const { exitCode, stdout, stderr } = await runSti(["compare", left, right, "--json", ...flags]);
  expect(stderr).toBe("");
  const document = JSON.parse(stdout) as CompareDocument;
  const [comparison] = document.comparisons;
  if (comparison === undefined) throw new Error(stdout);
  const level = (name: string) => comparison.levels.find((each) => each.level === name);
  return { exitCode, document, comparison, config: level("config"), files: level("files") };
}

function places(differences: readonly Difference[] = []) {
  return differences.map(({ path, what, rule }) => [path, what, ...(rule === undefined ? [] : [rule])]);
}
