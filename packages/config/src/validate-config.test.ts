import type { ConfigPath, UserConfig } from "@sti/core";
import { expect, test } from "vitest";
import { validateConfig } from "./validate-config.ts";

const APP = { source: "./web", buildImage: "acme/builder", tag: "acme/web:dev" };

function problemsOf(config: unknown) {
  const result = validateConfig(config);
  return result.ok ? [] : result.failures;
}

function messagesOf(config: unknown): readonly string[] {
  return problemsOf(config).map((failure) => {
    const path = "path" in failure ? (failure.path as ConfigPath).join(".") : "";
    if (failure.code === "config-invalid") return `${path} ${failure.message}`;
    return failure.code === "config-unknown-key" ? `${path} unknown, ${failure.suggestion}` : failure.code;
  });
}

const inApp = (changes: object) => ({ apps: { web: { ...APP, ...changes } } });

test("a config without problems gets its defaults", () => {
  expect(validateConfig({ defaults: {}, apps: { web: APP } })).toEqual({
    ok: true,
    value: {
      defaults: {
        method: "dockerfile",
        pull: "missing",
        incremental: true,
        hostTrust: false,
        scripts: "/usr/bin",
      },
      apps: { web: APP },
    },
  });
});

test("the earlier names of the methods are accepted", () => {
  const config: UserConfig = {
    defaults: { method: "run" },
    apps: { web: { ...APP, method: "build" }, api: { ...APP, method: "run" } },
  };
  expect(validateConfig(config)).toMatchObject({
    value: {
      defaults: { method: "container" },
      apps: { web: { method: "dockerfile" }, api: { method: "container" } },
    },
  });
});

test("all problems are reported at once, in the order in which they were written", () => {
  const config = {
    apps: {
      web: { tag: 5, foo: 1, method: "contaner", source: "" },
      api: { ...APP, env: { "A=B": "x", PORT: 80 } },
    },
    images: { "a b": { context: ".", tag: "t" } },
    concurency: 4,
  };
  expect(messagesOf(config)).toEqual([
    "apps.web.tag must be a string, but is the number 5",
    "apps.web.foo unknown, undefined",
    `apps.web.method must be "dockerfile" or "container", but is "contaner"; did you mean "container"?`,
    "apps.web.source must not be empty",
    "apps.web.buildImage is missing: it must be an image reference or { target: … }",
    "apps.api.env.A=B a variable's name is made of letters, digits and '_', and does not start with a digit",
    "apps.api.env.PORT must be a string or { fromHost: …, default: … }, but is the number 80",
    "images.a b a name is made of letters, digits, '.', '_' and '-', and starts with a letter or digit",
    "concurency unknown, concurrency",
  ]);
});

test.each([
  ["nothing", null, " must be an object, but is null"],
  ["a list", [], " must be an object, but is a list"],
  ["a text", "a", ` must be an object, but is "a"`],
  ["apps as a list", { apps: [] }, "apps must be an object, but is a list"],
  [
    "a number in a list",
    inApp({ dependsOn: ["a", 1] }),
    "apps.web.dependsOn.1 must be a string, but is the number 1",
  ],
  ["a text for a list", inApp({ dependsOn: "a" }), `apps.web.dependsOn must be a list, but is "a"`],
  [
    "a text for a switch",
    inApp({ hostTrust: "yes" }),
    `apps.web.hostTrust must be true or false, but is "yes"`,
  ],
  ["a relative folder", inApp({ scripts: "bin" }), 'apps.web.scripts must be an absolute path, but is "bin"'],
  ["a label's empty key", inApp({ labels: { "": "x" } }), "apps.web.labels. a label's key must not be empty"],
  ["a NUL in a variable", inApp({ env: { A: "\0" } }), "apps.web.env.A must not contain a NUL character"],
])("%s is refused in plain words", (_, config, message) => {
  expect(messagesOf(config)).toEqual([message]);
});

test.each([
  [5, "must be an image reference or { target: … }, but is the number 5"],
  [[], "must be an image reference or { target: … }, but is a list"],
  [null, "must be an image reference or { target: … }, but is null"],
  ["", "must not be empty"],
])("an image that is %j is refused with the allowed forms", (buildImage, message) => {
  expect(messagesOf(inApp({ buildImage }))).toEqual([`apps.web.buildImage ${message}`]);
});

test("the problems of an image by target are those inside it", () => {
  expect(messagesOf(inApp({ buildImage: { target: 5, tagret: "x" } }))).toEqual([
    "apps.web.buildImage.target must be a string, but is the number 5",
    "apps.web.buildImage.tagret unknown, target",
  ]);
  expect(messagesOf(inApp({ buildImage: { taget: "x" } }))).toEqual([
    "apps.web.buildImage.taget unknown, target",
  ]);
});

test.each([
  [0, "must be at least 1, but is the number 0"],
  [5000, "must be at most 1024, but is the number 5000"],
  [1.5, "must be a whole number or a string, but is the number 1.5"],
  ["fast", `must be a number from 1 to 1024, or a percentage such as '50%', but is "fast"`],
  [true, "must be a whole number or a string, but is true"],
])("a concurrency of %j is refused", (concurrency, message) => {
  expect(messagesOf({ concurrency })).toEqual([`concurrency ${message}`]);
});

test.each([
  ["acme/undefined:dev", `is "acme/undefined:dev": a value in it was missing`],
  ["acme/web:NaN", `is "acme/web:NaN": a value in it was missing`],
  ["[object Object]", `is "[object Object]": a value in it was missing`],
  [undefined, "must be a string, but is undefined: a value that it is made from is missing"],
])("a tag made from a missing value is refused: %j", (tag, message) => {
  expect(messagesOf(inApp({ tag }))).toEqual([`apps.web.tag ${message}`]);
});

test("an unknown key comes with the keys there are", () => {
  expect(problemsOf(inApp({ buildimage: "x" }))).toMatchObject([
    { code: "config-unknown-key", key: "buildimage", path: ["apps", "web", "buildimage"] },
  ]);
  const [failure] = problemsOf({ defaults: { metod: "run" } });
  expect(failure).toMatchObject({
    suggestion: "method",
    known: [
      "method",
      "pull",
      "push",
      "incremental",
      "hostTrust",
      "git",
      "scripts",
      "allowedUids",
      "platforms",
    ],
  });
});

test("a misspelt key that is required is one problem", () => {
  const { tag, ...rest } = APP;
  expect(messagesOf({ apps: { web: { ...rest, tga: tag } } })).toEqual(["apps.web.tga unknown, tag"]);
});

test.each(["privileged", "network_mode", "networkMode", "volumes", "devices", "capAdd", "cap_add", "pid"])(
  "%s is refused with the reason",
  (key) => {
    expect(problemsOf(inApp({ [key]: "host" }))).toMatchObject([
      { code: "config-unknown-key", key, note: "would let a build reach this machine; not offered" },
    ]);
  },
);

test("caches of an image entry are refused with the way to have them", () => {
  const images = { base: { context: ".", tag: "acme/base", caches: [{ target: "/c" }] } };
  expect(problemsOf({ images })).toMatchObject([
    { code: "config-unknown-key", note: "belongs in the Dockerfile: RUN --mount=type=cache" },
  ]);
});
