import { expect, test } from "vitest";
import { matrix } from "./matrix.ts";
import type { UserConfig } from "./user-config.ts";

test("each combination gives an entry, the last axis changing fastest", () => {
  const apps: UserConfig["apps"] = matrix({ app: ["api", "jobs"], node: [22, 24] }, ({ app, node }) => [
    `${app}-${node}`,
    { source: `./${app}`, buildImage: `acme/node:${node}`, tag: `acme/${app}:node${node}` },
  ]);
  expect(Object.keys(apps ?? {})).toEqual(["api-22", "api-24", "jobs-22", "jobs-24"]);
  expect(apps?.["jobs-22"]).toEqual({
    source: "./jobs",
    buildImage: "acme/node:22",
    tag: "acme/jobs:node22",
  });
});

test("a combination without an entry is left out", () => {
  const made = matrix({ os: ["linux", "windows"], arch: ["amd64", "arm64"] }, ({ os, arch }) =>
    os === "windows" && arch === "arm64" ? undefined : [`${os}-${arch}`, 1],
  );
  expect(Object.keys(made)).toEqual(["linux-amd64", "linux-arm64", "windows-amd64"]);
});

test("an axis without values gives no entries", () => {
  expect(matrix({ app: ["api"], node: [] }, ({ app }) => [app, 1])).toEqual({});
});

test("the values of an axis keep their types", () => {
  const made = matrix(
    {
      service: [
        { name: "api", port: 80 },
        { name: "web", port: 81 },
      ],
    },
    ({ service }) => [service.name, service.port satisfies 80 | 81],
  );
  expect(made).toEqual({ api: 80, web: 81 });
});

test("two combinations with the same name are refused, and both are named", () => {
  expect(() => matrix({ node: [22, 24] }, () => ["api", 1])).toThrow(
    'the matrix gives "api" twice: for node 22 and for node 24',
  );
});

test("an entry may have any name", () => {
  expect(Object.keys(matrix({ a: [1] }, () => ["__proto__", 1]))).toEqual(["__proto__"]);
});
