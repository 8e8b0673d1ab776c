import { appTarget } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { AppTarget } from "../definition/target.ts";
import type { SourceSnapshot } from "../source/source.ts";
import type { RecordedBuild, SourceFiles, TargetRecord } from "./build-record.ts";
import type { Facts, ImageFacts, ScriptFact } from "./facts.ts";
import { decideReuse, findChangedFiles } from "./incremental.ts";
import { LABEL } from "./labels.ts";
import { recordFiles } from "./source-files.ts";

const appOf = (more: object = {}) => appTarget("web", { buildImage: "debian", ...more });

const LABELS = {
  [LABEL.managed]: "1",
  [LABEL.target]: "web",
  [LABEL.stage]: "result",
  [LABEL.buildImageIdentity]: "sha256:builder",
};

function factsWith(labels: Record<string, string>, digests: readonly string[] = [], tag = "latest"): Facts {
  const image = { id: "sha256:previous", tags: [`acme/web:${tag}`], digests, labels, size: 1 };
  return { engine: undefined, images: new Map([[`docker.io/acme/web:${tag}`, image]]) };
}

const builder = (state: ScriptFact["state"] = "present") =>
  ({ scripts: { "save-artifacts": { state } } }) as unknown as ImageFacts;

function reuse(target: AppTarget, facts: Facts, more: Partial<Parameters<typeof decideReuse>[1]> = {}) {
  return decideReuse(target, {
    facts,
    buildImage: { identity: "sha256:builder", facts: builder() },
    clean: false,
    record: undefined,
    ...more,
  });
}

describe("a build", () => {
  test("has the artifacts of the previous image when its labels name this app and this build image", () => {
    expect(reuse(appOf(), factsWith(LABELS))).toEqual({
      kind: "incremental",
      previous: { id: "sha256:previous", short: "acme/web:latest" },
    });
  });

  test("takes them from the build stage when it is extended", () => {
    const facts = factsWith({ ...LABELS, [LABEL.stage]: "build" }, [], "latest-build");
    expect(reuse(appOf({ runtimeImage: "debian" }), facts)).toMatchObject({
      kind: "incremental",
      previous: { short: "acme/web:latest-build" },
    });
  });

  test.each([
    ["asked for", {}, LABELS, { clean: true }],
    ["incremental is off", { incremental: false }, LABELS, {}],
    ["no previous image", { tag: "acme/other" }, LABELS, {}],
    ["previous image was not made by sti", {}, {}, {}],
    ["previous image is of api", {}, { ...LABELS, [LABEL.target]: "api" }, {}],
    ["build image changed", {}, { ...LABELS, [LABEL.buildImageIdentity]: "sha256:other" }, {}],
    ["previous image is not of the same kind of build", {}, { ...LABELS, [LABEL.stage]: "build" }, {}],
    [
      "build image has no save-artifacts",
      {},
      LABELS,
      { buildImage: { identity: "sha256:builder", facts: builder("missing") } },
    ],
  ] as const)("is clean, and says: %s", (reason, more, labels, known) => {
    expect(reuse(appOf(more), factsWith(labels), known)).toMatchObject({ kind: "clean", reason });
  });

  test("takes no artifacts of an image that came from a registry, unless it was made here", () => {
    const facts = factsWith(LABELS, ["acme/web@sha256:1"]);
    const recorded = (isMadeHere: boolean): TargetRecord => {
      const build = { images: ["sha256:previous"], isMadeHere } as unknown as RecordedBuild;
      return { schemaVersion: 2, target: "web", builds: [build] };
    };
    const refused = { reason: "previous image came from a registry" };
    expect(reuse(appOf(), facts)).toMatchObject(refused);
    expect(reuse(appOf(), facts, { record: recorded(false) })).toMatchObject(refused);
    expect(reuse(appOf(), facts, { record: recorded(true) })).toMatchObject({ kind: "incremental" });
  });
});

describe("files of an incremental build", () => {
  const snapshot = (digest: string, executable = false): SourceSnapshot => ({
    origin: { kind: "folder", root: "/" },
    digest: "",
    size: 1,
    entries: [
      { kind: "file", path: "a", executable, size: 1, digest },
      { kind: "file", path: "same", executable: false, size: 1, digest: "s" },
      { kind: "symlink", path: "link", linkTarget: "a" },
    ],
  });
  const files = recordFiles(snapshot("one"));
  const changedIn = (now: SourceSnapshot, known: SourceFiles | undefined) =>
    findChangedFiles(now, { files: known, time: 9 });

  test("count as changed when their bytes or their x-bit differ, or they are new", () => {
    expect(changedIn(snapshot("two"), files)).toEqual({ paths: new Set(["a"]), time: 9 });
    expect(changedIn(snapshot("one", true), files).paths).toEqual(new Set(["a"]));
    expect(changedIn(snapshot("one"), files).paths).toEqual(new Set());
    expect(changedIn(snapshot("one"), {}).paths).toEqual(new Set(["a", "same", "link"]));
  });

  test("all count as changed when the previous image's source is not known", () => {
    expect(changedIn(snapshot("one"), undefined).paths).toBe("all");
  });
});
