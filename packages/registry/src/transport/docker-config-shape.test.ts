import { expect, test } from "vitest";
import { type ConfigField, findConfigProblem } from "./docker-config-shape.ts";

const ALL: readonly ConfigField[] = ["auths", "credHelpers", "credsStore", "currentContext", "proxies"];

test.each<readonly [config: unknown, problem: string | undefined]>([
  [{}, undefined],
  [{ auths: {}, credHelpers: {}, credsStore: "", proxies: {} }, undefined],
  [{ auths: null, credHelpers: null, credsStore: null, currentContext: null, proxies: null }, undefined],
  [{ auths: { "r.test": {} }, credsStore: "desktop", HttpHeaders: 1, plugins: [] }, undefined],
  [{ auths: { "r.test": { auth: "x", email: 1 } }, proxies: { default: { other: 1 } } }, undefined],
  [[], "the file is no object"],
  ["text", "the file is no object"],
  [{ auths: [] }, "auths is no object"],
  [{ auths: { "r.test": "bWU6cHc=" } }, 'auths."r.test" is no object'],
  [{ auths: { "r.test": { auth: 1 } } }, 'auths."r.test".auth is no text'],
  [{ credHelpers: "gcloud" }, "credHelpers is no object"],
  [{ credHelpers: { "gcr.io": true } }, 'credHelpers."gcr.io" is no text'],
  [{ credsStore: ["desktop"] }, "credsStore is no text"],
  [{ currentContext: {} }, "currentContext is no text"],
  [{ proxies: "http://proxy:3128" }, "proxies is no object"],
  [{ proxies: { default: "http://proxy:3128" } }, "proxies.default is no object"],
  [{ proxies: { default: { noProxy: ["a", "b"] } } }, "proxies.default.noProxy is no text"],
])("of %j the problem is %s", (config, problem) => {
  expect(findConfigProblem(config, ALL)).toBe(problem);
});

test("fields that are not read decide nothing", () => {
  expect(findConfigProblem({ auths: 1, proxies: {} }, ["proxies"])).toBeUndefined();
});
