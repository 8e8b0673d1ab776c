import { graphOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { formatSessionId } from "../execute/session-id.ts";
import { deriveVariants, type VariantRequest } from "./derive-variants.ts";
import { formatVariantTag, ownerOfVariantTag } from "./variant-tag.ts";

const OWNER = { host: "a1", boot: "b2", pid: 7, started: "8", nonce: "c3" };
const SESSION = formatSessionId(OWNER);

const CONFIG = {
  images: { builder: { context: "builder", tag: "acme/builder" } },
  apps: {
    web: { source: "web", buildImage: "acme/builder", tag: "acme/web", push: true },
    site: {
      source: "site",
      buildImage: { target: "builder" },
      runtimeImage: "acme/static:1",
      tag: "acme/site",
      incremental: false,
    },
    tool: { source: "tool", buildImage: "rust:1", tag: "acme/tool" },
  },
};

function derive(request: VariantRequest, selected = ["builder", "web", "site", "tool"]) {
  return deriveVariants(graphOf(CONFIG), request, {
    selected,
    tagOf: (name, number) => formatVariantTag(SESSION, name, number),
  });
}

function pairsOf(request: VariantRequest, selected?: readonly string[]) {
  const derived = derive(request, selected as string[]);
  if (!derived.ok) throw new Error(JSON.stringify(derived.failures));
  return derived.value;
}

const bases = (buildImages: readonly string[], runtimeImages: readonly string[] = []): VariantRequest => ({
  kind: "bases",
  buildImages,
  runtimeImages,
});

test("a variant has a name and tags of its own, and is another build of its app", () => {
  const [pair] = pairsOf({ kind: "methods" }, ["site"]);
  expect(pair?.app.name).toBe("site");
  expect(pair?.a.target).toMatchObject({
    name: "site@dockerfile",
    variantOf: "site",
    method: "dockerfile",
    push: false,
  });
  expect(pair?.b.target).toMatchObject({ name: "site@container", variantOf: "site", method: "container" });
  expect(pair?.a.target.tag.short).toBe(`sti-compare/${SESSION}:variant-1-site-dockerfile`);
  expect(pair?.a.target.buildTag?.short).toBe(`sti-compare/${SESSION}:variant-1-site-dockerfile-build`);
  expect(pair?.b.target.tag.short).not.toBe(pair?.a.target.tag.short);
});

test("a temporary tag says whose it is, and other tags are nobody's", () => {
  const { full } = formatVariantTag(SESSION, `${"x".repeat(200)}@A b`, 12);
  expect(full.length).toBeLessThan(255);
  expect(ownerOfVariantTag(full)).toEqual(OWNER);
  expect(ownerOfVariantTag(`docker.io/acme/${SESSION}:x`)).toBeUndefined();
  expect(ownerOfVariantTag("docker.io/sti-compare/mine:x")).toBeUndefined();
});

test("image entries are not compared", () => {
  expect(pairsOf({ kind: "repro" }).map(({ app }) => app.name)).toEqual(["web", "site", "tool"]);
});

test("two images are compared with each other, one with what the config says", () => {
  const [both] = pairsOf(bases(["acme/builder", "debian:12"]), ["tool"]);
  expect([both?.a.label, both?.b.label]).toEqual(["acme/builder:latest", "debian:12"]);
  expect(both?.a.target.buildImage).toMatchObject({ reference: { short: "acme/builder:latest" } });
  const [one] = pairsOf(bases(["builder"]), ["tool"]);
  expect([one?.a.label, one?.b.label]).toEqual(["rust:1", "builder"]);
  expect(one?.a.target.buildImage).toEqual(one?.app.buildImage);
  expect(one?.b.target.buildImage).toEqual({ kind: "target", name: "builder" });
});

test.each(["builder", "acme/builder", "docker.io/acme/builder:latest"])(
  "%s=NEW is for each app that uses it, however it is called",
  (old) => {
    const pairs = pairsOf(bases([`${old}=acme/builder:next`]));
    expect(pairs.map(({ app, b }) => [app.name, b.label])).toEqual([
      ["web", "acme/builder:next"],
      ["site", "acme/builder:next"],
    ]);
  },
);

test("both images of an app can be replaced at once", () => {
  const pairs = pairsOf(bases(["builder=debian:12"], ["acme/static:1=acme/static:2"]));
  expect(pairs.map(({ a, app, b }) => [app.name, a.label, b.label])).toEqual([
    ["web", "acme/builder:latest", "debian:12"],
    ["site", "acme/builder:latest + acme/static:1", "debian:12 + acme/static:2"],
  ]);
});

test.each([
  [bases(["buildr=debian:12"]), "no selected app uses buildr as build image; did you mean builder?"],
  [bases([], ["builder=debian:12"]), "no selected app uses builder as runtime image"],
  [bases(["a", "b", "c"]), "is the third"],
  [bases(["a", "builder=b"]), "cannot be given beside OLD=NEW"],
  [bases(["builder=Big Name"]), "must be in lower case"],
] as const)("what cannot be meant is refused: %j", (request, message) => {
  const derived = derive(request);
  expect(derived).toMatchObject({
    ok: false,
    failures: [{ code: "variant-invalid", message: expect.stringContaining(message) }],
  });
});

test("an app is built twice one after the other to see whether that makes the same", () => {
  expect(pairsOf({ kind: "repro" }, ["web"])[0]?.isOrdered).toBe(true);
  expect(pairsOf({ kind: "methods" }, ["web"])[0]?.isOrdered).toBe(false);
});

test("an incremental build is compared with a clean one, also of an app that is never built incrementally", () => {
  const [pair] = pairsOf({ kind: "incremental" }, ["site"]);
  expect(pair?.a).toMatchObject({ isIncremental: false, target: { incremental: false } });
  expect(pair?.b).toMatchObject({ isIncremental: true, target: { incremental: true } });
  expect(pair?.seed?.target.name).toBe("site@previous");
});
