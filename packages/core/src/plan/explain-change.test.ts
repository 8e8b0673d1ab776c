import { nodeOf, snapshot } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { UserConfig } from "../definition/schema.ts";
import type { SourceEntry, SourceGit } from "../source/source.ts";
import { NO_PAST, type Past } from "./build-record.ts";
import type { Cause } from "./cause.ts";
import { describeCauses } from "./describe-cause.ts";
import { explainAgainst } from "./explain-decision.ts";
import { hashKey, type KeyPreimage, keyPreimage } from "./key.ts";
import { recordFiles } from "./source-files.ts";

const file = (path: string, digest = "1", executable = false): SourceEntry => ({
  kind: "file",
  path,
  digest,
  executable,
  size: 1,
});
const link = (path: string, linkTarget: string): SourceEntry => ({ kind: "symlink", path, linkTarget });
const folder = (path: string): SourceEntry => ({ kind: "directory", path });

const FILES = [file("a.ts"), file("src/x.ts"), link("l", "a.ts")];
const app = (more: object = {}): UserConfig => ({
  images: { base: { context: "base", tag: "acme/base" } },
  apps: {
    web: { source: "./services/web", buildImage: "debian:12", tag: "acme/web", env: { A: "1" }, ...more },
    api: { source: "api", buildImage: "debian:12", tag: "acme/api" },
  },
});
const image = (more: object = {}): UserConfig => ({
  images: { web: { context: "images/web", tag: "acme/web", ...more } },
});

const wordsFor = (before: Build, after: Build) => describeCauses(explain(before, after));
const withFiles = (...changed: readonly SourceEntry[]): Build => {
  const paths = new Set(changed.map((entry) => entry.path));
  return { files: [...FILES.filter((entry) => !paths.has(entry.path)), ...changed] };
};

describe("what differs between two builds of an app", () => {
  test("is nothing when they are equal", () => {
    expect(explain({}, {})).toEqual([]);
  });

  test.each<readonly [string, Build]>([
    ["services/web/src/x.ts edited", withFiles(file("src/x.ts", "2"))],
    ["services/web/new.ts added", withFiles(file("new.ts"))],
    ["services/web/src/x.ts removed", { files: [FILES[0] as SourceEntry, FILES[2] as SourceEntry] }],
    ["services/web/a.ts made executable", withFiles(file("a.ts", "1", true))],
    ["link services/web/l changed", withFiles(link("l", "src/x.ts"))],
    ["services/web/a.ts replaced by something else", withFiles(link("a.ts", "src/x.ts"))],
    ["services/web/empty added", withFiles(folder("empty"))],
    ["services/web/new/b added", withFiles(folder("new"), file("new/b"))],
    ["env A changed", { config: app({ env: { A: "2" } }) }],
    ["env A removed", { config: app({ env: {} }) }],
    ["env B added", { config: app({ env: { A: "1", B: "" } }) }],
    ["buildEnv C added", { config: app({ buildEnv: { C: "1" } }) }],
    ["secret T added", { config: app({ secrets: { T: { env: "T" } } }) }],
    ["label team added", { config: app({ labels: { team: "x" } }) }],
    ["scripts changed /usr/bin→/opt", { config: app({ scripts: "/opt" }) }],
    ["network changed default→none", { config: app({ network: "none" }) }],
    ["addHosts set to db:10.0.0.1", { config: app({ addHosts: { db: "10.0.0.1" } }) }],
    ["user set to 1001", { config: app({ user: "1001" }) }],
    ["debian:12 moved 1111→3333", { ids: ["sha256:3333aaaa"] }],
    ["buildImage changed debian:12→base", { config: app({ buildImage: "acme/base" }), ids: ["sha256:b"] }],
    ["runtimeImage set to debian:12", { config: app({ runtimeImage: "debian:12" }) }],
    ["dependsOn api added", { config: app({ dependsOn: ["api"] }) }],
    ["git set to true", { config: app({ git: true }) }],
    ["SOURCE_DATE_EPOCH set to 5", { time: 5 }],
  ])("is reported as: %s", (words, after) => {
    expect(wordsFor({}, after)).toBe(words);
  });

  test.each<readonly [string, Build, Build]>([
    [
      "images/web/Dockerfile edited",
      { config: image(), dockerfile: "FROM debian:12" },
      { config: image(), dockerfile: "FROM debian:12\nRUN x" },
    ],
    ["arg V changed", { config: image({ args: { V: "1" } }) }, { config: image({ args: { V: "2" } }) }],
    ["stage set to prod", { config: image() }, { config: image({ stage: "prod" }) }],
    ["debian:12 moved 1111→3333", { config: image() }, { config: image(), ids: ["sha256:3333"] }],
    [
      "images/web/x edited",
      { config: image(), files: [file("x")] },
      { config: image(), files: [file("x", "2")] },
    ],
  ])("is reported of an image entry as: %s", (words, before, after) => {
    expect(wordsFor(before, after)).toBe(words);
  });

  test("names a Dockerfile that is one of the context's files once", () => {
    const at = (digest: string): Build => ({
      config: image(),
      files: [file("Dockerfile", digest)],
      dockerfile: digest,
    });
    expect(wordsFor(at("1"), at("2"))).toBe("images/web/Dockerfile edited");
  });

  test("begins with what is smallest", () => {
    const many = Array.from({ length: 30 }, (_, index) => file(`many/${index}`));
    const causes = explain({}, { ...withFiles(...many), config: app({ env: { A: "2" } }) });
    expect(causes[0]).toMatchObject({ kind: "variable-changed", name: "A" });
    expect(causes[1]).toMatchObject({ kind: "files", change: "added", count: 30 });
    expect((causes[1] as Extract<Cause, { kind: "files" }>).files).toHaveLength(10);
  });

  test("is the source, where its earlier files are not known", () => {
    const changed = withFiles(file("a.ts", "2"));
    expect(explain({}, changed, { past: { sources: new Map() } })).toEqual([{ kind: "source-changed" }]);
  });

  test("is the way keys are made, whatever else may differ", () => {
    const { preimage } = make({});
    const old: KeyPreimage = { ...preimage, schema: 1 };
    const past = { previous: { schemaVersion: 2 as const, key: "k", preimage: old } };
    const next = make({ time: 5 });
    const explained = {
      ...next,
      past: { ...NO_PAST, ...past },
      causesOf: () => undefined,
      matchPaths: () => () => false,
    };
    expect(explainAgainst(past.previous, explained)).toEqual([{ kind: "schema-changed", from: 1, to: 3 }]);
  });

  test("is a value of git where these are part of the key", () => {
    const git = { commit: "1", branch: "main", tag: undefined, isDirty: false };
    const config = app({ git: { key: true } });
    const next: Build = { config, git: { ...git, commit: "2", tag: "v1" } };
    expect(wordsFor({ config, git }, next)).toBe("git STI_GIT_COMMIT changed · git STI_GIT_TAG changed");
    expect(explain({ config: app({ git: true }), git }, { ...next, config: app({ git: true }) })).toEqual([]);
  });

  test("holds no value of a variable", () => {
    const causes = explain({}, { config: app({ env: { A: "hunter2" }, buildEnv: { B: "hunter3" } }) });
    expect(JSON.stringify([causes, make({ config: app({ env: { A: "hunter2" } }) }).preimage])).not.toMatch(
      /hunter/,
    );
  });
});

describe("a target whose image is another one", () => {
  const onBase = app({ buildImage: "acme/base" });
  const before: Build = { config: onBase, ids: ["sha256:1111"] };
  const after: Build = { config: onBase, ids: ["sha256:2222"] };
  const edited: Cause = { kind: "files", change: "edited", files: ["base/x"], count: 1 };

  test("is reported with what this session built it for", () => {
    expect(describeCauses(explain(before, after, { causesOf: () => [edited] }))).toBe(
      "base changed (base/x edited)",
    );
  });

  test("is reported with what an earlier session built it for, in all builds since", () => {
    const build = (id: string, ...causes: Cause[]) => ({
      key: id,
      source: "s",
      tag: "acme/base",
      images: [`sha256:${id}`],
      isMadeHere: true,
      causes,
      time: 1,
      toolVersion: "1",
    });
    const env: Cause = { kind: "variable-changed", of: "args", name: "V", change: "added" };
    const builds = [build("2222", edited), build("1500", env), build("1111", { kind: "forced" })];
    const others = new Map([["base", { schemaVersion: 2 as const, target: "base", builds }]]);
    expect(describeCauses(explain(before, after, { past: { others } }))).toBe(
      "base changed (base/x edited · and 1 more)",
    );
  });

  test("is reported alone where nobody knows why", () => {
    expect(describeCauses(explain(before, after))).toBe("base changed");
  });
});

/** A build of the target `web` of a config. */
interface Build {
  readonly config?: UserConfig;
  readonly files?: readonly SourceEntry[];
  /** Ids of the images it is made from. */
  readonly ids?: readonly string[];
  readonly dependencyIds?: readonly string[];
  readonly dockerfile?: string;
  readonly time?: number;
  readonly git?: SourceGit;
}

const known = (id: string) => ({ id, identity: `identity of ${id}` });
const sourceOf = (entries: readonly SourceEntry[]) => snapshot({ digest: JSON.stringify(entries), entries });

function make(build: Build) {
  const node = nodeOf(build.config ?? app(), "web", { web: ["debian:12"] });
  const source = sourceOf(build.files ?? FILES);
  const preimage = keyPreimage(node, {
    sourceDigest: source.digest,
    git: build.git,
    dockerfile: node.target.kind === "image" ? (build.dockerfile ?? "FROM debian:12") : undefined,
    images: (build.ids ?? ["sha256:1111aaaa", "sha256:2222aaaa"].slice(0, node.images.length)).map(known),
    dependencies: (build.dependencyIds ?? node.target.dependsOn.map((name) => `sha256:${name}`)).map(known),
    time: build.time ?? 315_532_800,
  });
  return { node, snapshot: source, preimage };
}

function explain(
  before: Build,
  after: Build,
  more: { past?: Partial<Past>; causesOf?: (target: string) => readonly Cause[] | undefined } = {},
): readonly Cause[] {
  const [earlier, next] = [make(before), make(after)];
  const { preimage } = earlier;
  const past: Past = {
    ...NO_PAST,
    previous: { schemaVersion: 2, key: hashKey(preimage), preimage },
    sources: new Map([[preimage.source, recordFiles(earlier.snapshot)]]),
    ...more.past,
  };
  const causes = explainAgainst(past.previous, {
    ...next,
    past,
    matchPaths: () => () => false,
    causesOf: more.causesOf ?? (() => undefined),
  });
  // Causes are found if and only if the keys differ.
  expect(causes?.length === 0).toBe(hashKey(preimage) === hashKey(next.preimage));
  return causes ?? [];
}
