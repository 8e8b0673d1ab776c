import { cp, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type BuildToRecord,
  type Cause,
  hashKey,
  type ImageContents,
  KEY_SCHEMA,
  type KeyPreimage,
} from "@sti/core";
import { expect, test } from "vitest";
import { appTarget, makeFolder, readFolder, unwrap } from "../../test/temp-folder.ts";
import { privateFolder } from "../disk/private-folder.ts";
import { readSources } from "../snapshot/read-sources.ts";
import { createRecords } from "./records.ts";

const PREIMAGE: KeyPreimage = {
  schema: KEY_SCHEMA,
  target: { kind: "image", name: "web", dockerfile: "Dockerfile", args: [], stage: null },
  labels: [],
  source: "",
  dockerfile: null,
  images: [{ role: "dockerfile", name: "debian:12", isTarget: false, id: "sha256:d", identity: "sha256:e" }],
  dependencies: [],
  time: 1,
};

/** A build of a source with the one file `text`. */
async function buildOf(target: string, text: string, time = 1): Promise<BuildToRecord> {
  const snapshot = await readFolder(await makeFolder({ text }));
  const preimage = { ...PREIMAGE, source: snapshot.digest, target: { ...PREIMAGE.target, name: target } };
  const build = {
    key: hashKey(preimage),
    source: snapshot.digest,
    tag: `acme/${target}`,
    images: [`sha256:${text}`],
    isMadeHere: true,
    causes: [{ kind: "forced" as const }],
    time,
    toolVersion: "1.0.0",
  };
  return { target, build, preimage, snapshot };
}

const memoryIn = (folder: string) => privateFolder(join(folder, "memory"));
const namesIn = async (folder: string, kind: string) => await readdir(join(folder, "memory", kind));

test("a build is read back as it was written, by another process and in a copy elsewhere too", async () => {
  const folder = await makeFolder({});
  const [first, second] = [await buildOf("web", "one"), await buildOf("web", "two", 2)];
  const records = createRecords(memoryIn(folder));
  await records.writeBuild(first);
  await records.writeBuild(second);
  const elsewhere = await makeFolder({});
  await cp(join(folder, "memory"), join(elsewhere, "memory"), { recursive: true });
  const { build, preimage, snapshot } = second;
  for (const place of [folder, elsewhere]) {
    const again = createRecords(memoryIn(place));
    expect((await again.readTarget("web"))?.builds).toEqual([build, first.build]);
    expect(await again.readKey(build.key)).toMatchObject({ key: build.key, preimage });
    expect(Object.keys((await again.readSource(snapshot.digest)) ?? {})).toEqual(["text"]);
    expect(await again.listKeys()).toEqual(new Set([build.key, first.build.key]));
  }
});

test("causes that an earlier version recorded have the names of today", async () => {
  const folder = await makeFolder({});
  const records = createRecords(memoryIn(folder));
  const { build, ...web } = await buildOf("web", "one");
  const cause = (from: string, to: string) =>
    ({ kind: "field-changed", field: "method", from, to }) satisfies Cause;
  const pending = (inner: Cause): Cause => ({
    kind: "target-pending",
    target: "api",
    because: { target: "api", cause: inner, more: 0 },
  });
  const user: Cause = { kind: "field-changed", field: "user", from: "build", to: "run" };
  const causes = [cause("build", "run"), pending(cause("run", "build")), user];
  await records.writeBuild({ ...web, build: { ...build, causes } });
  const names = [cause("dockerfile", "container"), pending(cause("container", "dockerfile")), user];
  expect((await records.readTarget("web"))?.builds[0]?.causes).toEqual(names);
});

test("no file of the records names a place of this machine", async () => {
  const folder = await makeFolder({});
  await createRecords(memoryIn(folder)).writeBuild(await buildOf("web", "one"));
  for (const kind of ["records", "keys", "sources"]) {
    const [name = ""] = await namesIn(folder, kind);
    expect(await readFile(join(folder, "memory", kind, name), "utf8")).not.toContain("/tmp/");
  }
});

test("targets and builds with one source share what is remembered of it", async () => {
  const folder = await makeFolder({});
  const records = createRecords(memoryIn(folder));
  const builds = await Promise.all(["web", "api", "db"].map((name) => buildOf(name, "same")));
  await Promise.all(builds.map((build) => records.writeBuild(build)));
  expect(await namesIn(folder, "sources")).toHaveLength(1);
  expect(await namesIn(folder, "keys")).toHaveLength(3);
});

test("a missing, cut or foreign record is none", async () => {
  const folder = await makeFolder({});
  const records = createRecords(memoryIn(folder));
  expect(await records.readTarget("web")).toBeUndefined();
  expect(await records.listKeys()).toEqual(new Set());
  const recorded = await buildOf("web", "one");
  const { key, source } = recorded.build;
  await records.writeBuild(recorded);
  const whole = JSON.parse(await readFile(join(folder, `memory/keys/${key}.json`), "utf8"));
  const other = { ...whole, preimage: { ...whole.preimage, time: 2 } };
  const broken = ["", '{"schemaVersion":2,"tar', '{"schemaVersion":1}', '{"schemaVersion":2}', "null"];
  for (const text of [...broken, JSON.stringify(other)]) {
    for (const file of [`records/web`, `keys/${key}`, `sources/${source}`]) {
      await writeFile(join(folder, `memory/${file}.json`), text);
    }
    expect(await records.readTarget("web")).toBeUndefined();
    expect(await records.readKey(key)).toBeUndefined();
    expect(await records.readSource(source)).toBeUndefined();
  }
});

test("twenty builds of a target are remembered, with their keys and sources, and no more", async () => {
  const folder = await makeFolder({});
  const records = createRecords(memoryIn(folder));
  const other = await buildOf("api", "text 0");
  await records.writeBuild(other);
  for (let index = 0; index < 23; index += 1) {
    await records.writeBuild(await buildOf("web", `text ${index}`, index));
  }
  await records.prune(["web", "api"]);
  const builds = (await records.readTarget("web"))?.builds ?? [];
  expect(builds.map((build) => build.time)).toEqual(Array.from({ length: 20 }, (_, index) => 22 - index));
  expect(await namesIn(folder, "keys")).toHaveLength(21);
  // The first source is the other target's too.
  expect(await namesIn(folder, "sources")).toHaveLength(21);
  expect(await records.readKey(other.build.key)).toBeDefined();
});

test("a target that the config does not have is forgotten after a month", async () => {
  const folder = await makeFolder({});
  const records = createRecords(memoryIn(folder));
  await records.writeBuild(await buildOf("web", "one"));
  await records.writeBuild(await buildOf("old", "two"));
  await records.prune(["web"]);
  expect((await namesIn(folder, "records")).sort()).toEqual(["old.json", "web.json"]);
  const longAgo = Date.now() / 1000 - 31 * 24 * 60 * 60;
  for (const name of ["old", "web"])
    await utimes(join(folder, `memory/records/${name}.json`), longAgo, longAgo);
  await records.prune(["web"]);
  expect(await namesIn(folder, "records")).toEqual(["web.json"]);
  expect(await namesIn(folder, "keys")).toHaveLength(1);
  expect(await namesIn(folder, "sources")).toHaveLength(1);
});

test("a folder that cannot be made is an error when something is to be remembered, and empty before", async () => {
  const folder = await makeFolder({ memory: "a file" });
  const records = createRecords(memoryIn(folder));
  expect(await records.listKeys()).toEqual(new Set());
  await expect(records.writeBuild(await buildOf("web", "one"))).rejects.toThrow();
});

const CONTENTS: ImageContents = {
  scripts: {
    "prepare-dependencies": { state: "missing" },
    prepare: { state: "present" },
    run: { state: "interpreter-missing", interpreter: "/bin/bash", carriageReturn: false },
    "save-artifacts": { state: "missing" },
  },
  speaks: "sti",
  shell: true,
  accounts: { passwd: "root:x:0:0::/root:/bin/sh\n", group: "" },
};

test("what an image has is remembered by its id and its scripts' folder, and nothing of its config is", async () => {
  const folder = await makeFolder({});
  const records = createRecords(memoryIn(folder));
  const found = { ...CONTENTS, details: { id: "sha256:a", config: { env: ["LD_PRELOAD=/x"] } } };
  await records.writeImage("sha256:a", "/usr/bin", found);
  expect(await records.readImage("sha256:a", "/usr/bin")).toEqual(CONTENTS);
  expect(await records.readImage("sha256:a", "/opt")).toBeUndefined();
  expect(await records.readImage("sha256:b", "/usr/bin")).toBeUndefined();
});

test("a hundred images are remembered and no more", async () => {
  const folder = await makeFolder({});
  const records = createRecords(memoryIn(folder));
  for (let index = 0; index < 103; index += 1) {
    await records.writeImage(`sha256:${index}`, "/usr/bin", CONTENTS);
  }
  expect(await namesIn(folder, "images")).toHaveLength(100);
});

test("a check is remembered by its key, also by another process, and a copy under another name is none", async () => {
  const folder = await makeFolder({});
  await createRecords(memoryIn(folder)).writeChecked("c0");
  const again = createRecords(memoryIn(folder));
  expect(await again.readChecked("c0")).toBe(true);
  await cp(join(folder, "memory/checked/c0.json"), join(folder, "memory/checked/c1.json"));
  expect(await again.readChecked("c1")).toBe(false);
  for (let index = 2; index < 105; index += 1) await again.writeChecked(`c${index}`);
  expect(await namesIn(folder, "checked")).toHaveLength(100);
});

test("logs beside the config are no part of any source", async () => {
  const folder = await makeFolder({ "a.txt": "a", ".sti/logs/web.log": "" });
  const snapshots = unwrap(await readSources([appTarget(folder)], { directory: folder }));
  expect([...snapshots.values()][0]?.entries.map((entry) => entry.path)).toEqual(["a.txt"]);
});

test("a source cache is remembered with its files, also when no build refers to these any more", async () => {
  const folder = await makeFolder({});
  const records = createRecords(memoryIn(folder));
  const { build, snapshot } = await buildOf("web", "kept");
  const kept = {
    volume: "sti-source-p-1",
    sealedAt: "2026-01-02T03:04:05.6Z",
    source: build.source,
    owner: { uid: 1, gid: 2 },
    time: 3,
  };
  await records.writeSourceCache("p-web", { kept }, snapshot);
  for (let index = 0; index < 25; index += 1) {
    await records.writeBuild(await buildOf("web", `text ${index}`, index));
  }
  await records.prune(["web"]);
  const again = createRecords(memoryIn(folder));
  expect(await again.readSourceCache("p-web")).toMatchObject({ kept });
  expect(Object.keys((await again.readSource(build.source)) ?? {})).toEqual(["text"]);
  expect(await again.listSourceCaches()).toEqual(["p-web"]);
  await again.writeSourceCache("p-web", { kept: undefined, refusedBy: "image i" });
  expect(await again.readSourceCache("p-web")).toMatchObject({ refusedBy: "image i" });
  await again.removeSourceCaches(["p-web"]);
  expect(await again.listSourceCaches()).toEqual([]);
});

test("a record of a source cache that was tampered with is none", async () => {
  const folder = await makeFolder({});
  const records = createRecords(memoryIn(folder));
  await records.writeSourceCache("p-web", { kept: undefined });
  const file = join(folder, "memory/kept/p-web.json");
  for (const text of ["", "{", '{"schemaVersion":1,"kept":{"volume":"v"}}', '{"schemaVersion":9}']) {
    await writeFile(file, text);
    expect(await records.readSourceCache("p-web")).toBeUndefined();
  }
});

test("images that were found are in one file, from the end of the session on, and beside the target's builds", async () => {
  const folder = await makeFolder({});
  const [made, found, other] = [
    await buildOf("web", "one", 1),
    await buildOf("web", "two", 2),
    await buildOf("api", "three", 3),
  ];
  const records = createRecords(memoryIn(folder));
  await records.writeBuild(made);
  for (const one of [found, other]) {
    await records.writeFound({ ...one, build: { ...one.build, isMadeHere: false, causes: [] } });
  }
  expect((await records.readTarget("web"))?.builds.map(({ time }) => time)).toEqual([2, 1]);
  await records.prune(["web", "api"]);
  expect(await namesIn(folder, "found")).toHaveLength(1);
  const again = createRecords(memoryIn(folder));
  expect(await again.listKeys()).toEqual(new Set([made, found, other].map(({ build }) => build.key)));
  expect((await again.readTarget("api"))?.builds).toMatchObject([{ time: 3, isMadeHere: false }]);
  expect(await again.readKey(found.build.key)).toMatchObject({ preimage: found.preimage });
  expect(Object.keys((await again.readSource(found.build.source)) ?? {})).toEqual(["text"]);
  const newer = await buildOf("web", "four", 4);
  await again.writeBuild(newer);
  const last = createRecords(memoryIn(folder));
  expect((await last.readTarget("web"))?.builds.map(({ time }) => time)).toEqual([4, 2, 1]);
});

test("of many sessions that found images, the last ones are remembered", async () => {
  const folder = await makeFolder({});
  for (let index = 0; index < 23; index += 1) {
    const records = createRecords(memoryIn(folder));
    await records.writeFound(await buildOf("web", `text ${index}`, index));
    await records.prune(["web"]);
  }
  expect(await namesIn(folder, "found")).toHaveLength(20);
  const { builds = [] } = (await createRecords(memoryIn(folder)).readTarget("web")) ?? {};
  expect(builds[0]?.time).toBe(22);
});
