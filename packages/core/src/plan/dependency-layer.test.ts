import { imageDetails, nodeOf, snapshot } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { UserConfig } from "../definition/schema.ts";
import type { SourceEntry } from "../source/source.ts";
import { stiContract } from "./builder-contract.ts";
import { type DependencyLayer, decideLayers, INPUTS_LABEL, type LayerDecision } from "./dependency-layer.ts";
import type { ImageFacts, ScriptFact } from "./facts.ts";
import { LABEL } from "./labels.ts";

describe("a dependency layer", () => {
  test("reads the declared files and the folders above them, and nothing else", () => {
    const layer = layerOf(decide());
    expect([...layer.inputs].sort()).toEqual(["package.json", "patches", "patches/a.patch"]);
    expect(layer).toMatchObject({ files: 2, patterns: ["package.json", "patches"] });
  });

  test.each<readonly [string, Changes, string | undefined]>([
    ["an image without the script", { image: { script: "missing" } }, undefined],
    ["an app that switches it off", { app: { dependencies: false } }, "dependencies is false in the config"],
    [
      "an image that declares nothing",
      { image: { inputs: "" } },
      "the image has no label sti.dependencies.inputs",
    ],
    ["inputs that match nothing", { image: { inputs: "go.sum go.mod" } }, "no file matches go.sum go.mod"],
  ])("is not made for %s", (_, changes, reason) => {
    expect(decide(changes)).toMatchObject({ kind: "none", reason });
  });

  test.each<readonly [string, Changes]>([
    [
      "a file's content",
      { entries: [file("package.json", "other"), file("patches/a.patch"), file("src/a.js")] },
    ],
    ["a file's x-bit", { entries: [{ ...file("package.json"), executable: true }, file("patches/a.patch")] }],
    ["an added file", { entries: [file("package.json"), file("patches/a.patch"), file("patches/b.patch")] }],
    ["a removed file", { entries: [file("package.json")] }],
    ["the base", { image: { user: "other" } }],
    ["a build variable", { app: { buildEnv: { TOKEN: "x" } } }],
    ["a secret's name", { app: { secrets: { npmrc: { env: "NPMRC" } } } }],
    ["the folder of the scripts", { app: { scripts: "/opt/sti" } }],
    ["the user", { app: { user: "1000" } }],
    ["the network", { app: { network: "none" } }],
    ["the app's own inputs", { app: { dependencies: { inputs: ["package.json"] } } }],
    ["SOURCE_DATE_EPOCH", { time: 2 }],
  ])("is made again for %s", (_, changes) => {
    expect(layerOf(decide(changes)).key).not.toBe(layerOf(decide()).key);
  });

  test.each<readonly [string, Changes]>([
    [
      "another file",
      { entries: [file("package.json"), file("patches/a.patch"), file("src/a.js", "edited")] },
    ],
    ["a variable of the result", { app: { env: { PORT: "1" } } }],
    ["a label", { app: { labels: { team: "a" } } }],
    ["the method", { app: { method: "container" } }],
    ["the tag", { app: { tag: "acme/other" } }],
    ["a limit", { app: { timeout: "5m" } }],
    ["variables of git", { app: { git: { key: true } } }],
    ["a cache", { app: { caches: [{ target: "/root/.npm" }] } }],
  ])("stays for %s", (_, changes) => {
    expect(layerOf(decide(changes)).reference).toEqual(layerOf(decide()).reference);
  });

  test("is found by its tag and its key", () => {
    const { key, reference } = layerOf(decide());
    const summary = { id: "sha256:l", tags: [], digests: [], size: 9 };
    const find = (label: string) =>
      layerOf(decide({ images: new Map([[reference.full, { ...summary, labels: { [LABEL.key]: label } }]]) }))
        .present;
    expect(find(key)?.id).toBe("sha256:l");
    expect(find("another")).toBeUndefined();
  });

  test("is each image's own in an extended build", () => {
    const decisions = decideAll({ app: { runtimeImage: "acme/runtime" } });
    expect(decisions.map((one) => one.kind === "layer" && one.layer.role)).toEqual([
      "build-image",
      "runtime-image",
    ]);
  });
});

interface Changes {
  readonly app?: Partial<NonNullable<UserConfig["apps"]>[string]>;
  readonly image?: { readonly user?: string; readonly inputs?: string; readonly script?: "missing" };
  readonly entries?: readonly SourceEntry[];
  readonly images?: Parameters<typeof decideLayers>[1]["facts"]["images"];
  readonly time?: number;
}

function decide(changes: Changes = {}): LayerDecision {
  return decideAll(changes)[0] as LayerDecision;
}

function decideAll({ app, entries, image, images = new Map(), time = 1 }: Changes): readonly LayerDecision[] {
  const node = nodeOf(
    { apps: { web: { source: ".", buildImage: "acme/node", tag: "acme/web", ...app } } },
    "web",
  );
  return decideLayers(node, {
    ofImages: node.images.map(() => factsOf(image)),
    snapshot: snapshot({
      entries: entries ?? [file("package.json"), file("patches/a.patch"), file("src/a.js")],
    }),
    facts: { images },
    time,
    matchPaths: (patterns) => (path) => patterns.some((one) => path === one || path.startsWith(`${one}/`)),
  });
}

function layerOf(decision: LayerDecision): DependencyLayer {
  if (decision.kind !== "layer") throw new Error(`no layer: ${decision.reason}`);
  return decision.layer;
}

function factsOf({ user = "", inputs = "package.json patches", script }: Changes["image"] = {}): ImageFacts {
  const present: ScriptFact = { state: "present" };
  return {
    details: imageDetails({ config: { user, labels: { [INPUTS_LABEL]: inputs } } }),
    scripts: {
      "prepare-dependencies": script === undefined ? present : { state: script },
      prepare: present,
      run: present,
      "save-artifacts": { state: "missing" },
    },
    shell: true,
    accounts: { passwd: "", group: "" },
    contract: stiContract("/usr/bin"),
    owner: { uid: 0, gid: 0 },
  };
}

function file(path: string, digest = "d"): Extract<SourceEntry, { kind: "file" }> {
  return { kind: "file", path, executable: false, size: 1, digest };
}
