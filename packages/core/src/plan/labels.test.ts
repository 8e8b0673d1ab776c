import { appTarget } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { DEFAULT_TIME } from "./flags.ts";
import { appLabels } from "./labels.ts";

const OCI = "org.opencontainers.image.";

const MADE: Parameters<typeof appLabels>[1] = {
  key: "k",
  stage: "result",
  buildImage: { short: "acme/builder", identity: "sha256:b" },
  dependencies: [],
  base: { short: "acme/builder", digest: "sha256:d" },
  revision: undefined,
  time: DEFAULT_TIME,
  names: undefined,
};

function labelsOf(
  app: { readonly tag?: string; readonly labels?: Readonly<Record<string, string>> } = {},
  made: Partial<Parameters<typeof appLabels>[1]> = {},
) {
  return appLabels(appTarget("web", { tag: "acme/web:dev", ...app }), { ...MADE, ...made });
}

test("an image says what it is based on, and nothing that is not known", () => {
  const labels = Object.entries(labelsOf()).filter(([key]) => key.startsWith(OCI));
  expect(Object.fromEntries(labels)).toEqual({
    [`${OCI}title`]: "web",
    [`${OCI}base.name`]: "acme/builder",
    [`${OCI}base.digest`]: "sha256:d",
  });
});

test("it says where its source comes from, where that is known", () => {
  expect(labelsOf({}, { revision: { url: "https://git.test/a", commit: "abc" } })).toMatchObject({
    [`${OCI}source`]: "https://git.test/a",
    [`${OCI}revision`]: "abc",
  });
  expect(labelsOf({}, { revision: { url: undefined, commit: "abc" } })).not.toHaveProperty([`${OCI}source`]);
});

test.each([
  ["1.4", "1.4"],
  ["v2.0.0-rc.1", "v2.0.0-rc.1"],
  ["dev", undefined],
  ["latest", undefined],
  ["7fe2a", undefined],
])("the tag %s says the version %s", (tag, version) => {
  expect(labelsOf({ tag: `acme/web:${tag}` })[`${OCI}version`]).toBe(version);
});

test("it says when it was created only where a time was given", () => {
  expect(labelsOf({}, { time: 1_700_000_000 })[`${OCI}created`]).toBe("2023-11-14T22:13:20Z");
});

test("what the config says goes before what is found out", () => {
  const labels = { [`${OCI}source`]: "https://example.test", [`${OCI}title`]: "Shop" };
  expect(labelsOf({ labels }, { revision: { url: "https://git.test/a", commit: "abc" } })).toMatchObject(
    labels,
  );
});

test("variants of a comparison have one display name and no tag in it", () => {
  const names = { displayName: "name", buildImage: "image", location: "location", commit: [] };
  const target = appTarget("web", { tag: "acme/web:dev" });
  const named = (app: typeof target) => appLabels(app, { ...MADE, names }).name;
  expect(named(target)).toBe("acme/web:dev");
  expect(named({ ...target, variantOf: "web" })).toBe("web");
});
