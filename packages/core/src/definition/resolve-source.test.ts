import { expect, test } from "vitest";
import type { Failure } from "../failure/failure.ts";
import { resolveSource } from "./resolve-source.ts";
import type { WrittenSource } from "./schema.ts";

function resolve(written: WrittenSource) {
  const failures: Failure[] = [];
  const parts = resolveSource(written, { path: ["apps", "web", "source"], allowOutside: false, failures });
  const problems = failures.map((failure) =>
    failure.code === "config-invalid"
      ? `${failure.path.slice(2).join(".")} ${failure.message}`
      : failure.code,
  );
  return { parts, problems };
}

test("a path, a repository and a list of both are parts with their places", () => {
  expect(resolve("./web").parts).toEqual([
    { from: { kind: "path", path: "./web" }, to: "", path: ["apps", "web", "source"] },
  ]);
  const git = { git: "https://example.test/a.git", dir: "./services/api/" };
  expect(resolve([{ from: "web" }, { from: git, to: "./lib//a/" }])).toMatchObject({
    parts: [
      { from: { path: "web" }, to: "" },
      { from: { kind: "git", dir: "services/api", ref: undefined, local: false }, to: "lib/a" },
    ],
    problems: [],
  });
});

test("what leads out is refused: paths, folders to go to, folders of repositories", () => {
  const git = { git: "https://example.test/a.git", dir: "../x" };
  expect(
    resolve([{ from: "../x" }, { from: "a", to: "../b" }, { from: "a", to: "/b" }, { from: git }]).problems,
  ).toEqual([
    "source.0.from is outside the config's folder; set allowOutside: true to allow it",
    "source.1.to must be a folder inside the source: a relative path without '..'",
    "source.2.to must be a folder inside the source: a relative path without '..'",
    "source.3.from.dir must be a folder of the repository: a relative path without '..'",
  ]);
});

test("a package of a workspace is a source or one part of it, its root inside the config's folder", () => {
  expect(resolve({ workspace: "@acme/api" }).parts).toEqual([
    {
      from: { kind: "workspace", package: "@acme/api", root: undefined },
      to: "",
      path: ["apps", "web", "source"],
    },
  ]);
  const inside = { workspace: "@acme/api", root: "./js" };
  expect(resolve([{ from: inside }, { from: "tsconfig.json" }])).toMatchObject({
    parts: [{ from: { kind: "workspace", root: "./js" } }, { from: { kind: "path" } }],
    problems: [],
  });
  expect(
    resolve([{ from: { workspace: "a", root: "../.." } }, { from: { workspace: "b" } }]).problems,
  ).toEqual([
    "source.0.from.root is outside the config's folder; set allowOutside: true to allow it",
    "source.1.from is a second package of a workspace; a source has at most one",
  ]);
});

test("addresses and refs that git could take for something else are refused at their places", () => {
  expect(resolve({ git: "ext::sh", ref: "-x" }).problems).toEqual([
    "source.git names a remote helper, which could run any program",
    "source.ref must not start with '-'",
  ]);
});
