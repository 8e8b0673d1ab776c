import { describe, expect, test } from "vitest";
import {
  type BuilderContract,
  inputFilesOf,
  isS2iBuilder,
  s2iContract,
  stiContract,
} from "./builder-contract.ts";

const URL_LABEL = "io.openshift.s2i.scripts-url";
const s2i = (labels: Readonly<Record<string, string>> = {}, env: readonly string[] = []) =>
  s2iContract({ labels: { [URL_LABEL]: "image:///usr/libexec/s2i", ...labels }, env });

describe("the contracts", () => {
  const rows: readonly (readonly [string, (contract: BuilderContract) => unknown, unknown, unknown])[] = [
    ["build", ({ scripts }) => scripts.prepare, "/usr/bin/prepare", "/usr/libexec/s2i/assemble"],
    [
      "build on the runtime image",
      ({ scripts }) => scripts["prepare-runtime"],
      "/usr/bin/prepare",
      "/usr/libexec/s2i/assemble-runtime",
    ],
    ["run", ({ scripts }) => scripts.run, "/usr/bin/run", "/usr/libexec/s2i/run"],
    [
      "save",
      ({ scripts }) => scripts["save-artifacts"],
      "/usr/bin/save-artifacts",
      "/usr/libexec/s2i/save-artifacts",
    ],
    ["help", ({ scripts }) => scripts.usage, "/usr/bin/usage", "/usr/libexec/s2i/usage"],
    ["source", ({ folders }) => folders.source, "/tmp/src", "/tmp/src"],
    ["artifacts", ({ folders }) => folders.artifacts, "/tmp/artifacts", "/tmp/artifacts"],
    ["form of artifacts", ({ artifacts }) => artifacts, "folder", "tar"],
    ["artifacts in a clean build", ({ emptyArtifacts }) => emptyArtifacts, true, false],
    ["entry point", ({ keepsEntrypoint }) => keepsEntrypoint, false, true],
    ["output", ({ fillsOutput }) => fillsOutput, true, false],
    ["input in the working directory", ({ unpacksInput }) => unpacksInput, false, true],
    ["scripts of the source", ({ sourceScripts }) => sourceScripts, undefined, ".s2i/bin"],
    ["variables of the source", ({ sourceEnv }) => sourceEnv, undefined, ".s2i/environment"],
    ["user", ({ user }) => user, undefined, undefined],
  ];
  test.each(rows)("%s", (_, read, ofSti, ofS2i) => {
    const other = s2i();
    expect([read(stiContract("/usr/bin")), other && read(other)]).toEqual([ofSti, ofS2i]);
  });
});

test.each([
  [{}, ["STI_SCRIPTS_URL=image:///opt/s2i"], "/opt/s2i"],
  [{ "io.s2i.scripts-url": "image:///opt/s2i/" }, ["STI_SCRIPTS_URL=image:///other"], "/opt/s2i"],
  [{ "io.s2i.scripts-url": "image:///other", [URL_LABEL]: "image:///opt/s2i" }, [], "/opt/s2i"],
  [{ [URL_LABEL]: "" }, ["PATH=/bin"], undefined],
])("an image with %j and %j has its scripts in %s", (labels, env, folder) => {
  expect(s2iContract({ labels, env })?.folders.scripts).toBe(folder);
});

test.each([
  [{ [URL_LABEL]: "image:///usr/libexec/s2i" }, true],
  [{ "io.s2i.scripts-url": "https://example.com/scripts" }, true],
  [{ [URL_LABEL]: "image:///usr/libexec/s2i", "io.openshift.s2i.build.image": "acme/builder" }, false],
  [{ [URL_LABEL]: "" }, false],
  [{}, false],
])("an image with the labels %j is a builder image of s2i: %s", (labels, expected) => {
  expect(isS2iBuilder(labels)).toBe(expected);
});

test("labels of an image name its destination and users", () => {
  const contract = s2i({
    "io.openshift.s2i.destination": "/opt/s2i/",
    "io.openshift.s2i.assemble-user": "1002",
    "io.openshift.s2i.assemble-runtime-user": "1003",
  });
  expect(contract).toMatchObject({
    user: "1002",
    runtimeUser: "1003",
    folders: { destination: "/opt/s2i", source: "/opt/s2i/src", artifacts: "/opt/s2i/artifacts" },
  });
});

test.each(["http://example.com/s2i", "https://example.com/s2i", "file:///opt/s2i"])(
  "%s is refused",
  (url) => {
    expect(s2i({ [URL_LABEL]: url })?.refusedScripts).toBe(url);
  },
);

test("the files of a runtime image are below the output, wherever the label points", () => {
  const label = "/opt/app; /opt/lib/. : lib;/a:../../etc;/b:.;";
  expect(
    inputFilesOf({ labels: { "io.openshift.s2i.assemble-input-files": label.replaceAll(" ", "") } }),
  ).toEqual([
    { from: "/opt/app", to: "" },
    { from: "/opt/lib/.", to: "lib" },
    { from: "/a", to: "etc" },
    { from: "/b", to: "" },
  ]);
});
