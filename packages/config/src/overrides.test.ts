import { expect, test } from "vitest";
import { applyOverrides, overrideAt, parseOverrides } from "./overrides.ts";

function apply(config: unknown, ...written: readonly string[]) {
  const overrides = parseOverrides(written);
  if (!overrides.ok) return overrides.failures;
  const applied = applyOverrides(config, overrides.value);
  return applied.ok ? applied.value.config : applied.failures;
}

test("a value takes the place of a written one, and the config itself stays as it was", () => {
  const config = { apps: { api: { tag: "acme/api", incremental: true } } };
  expect(apply(config, "apps.api.tag=acme/api:ci", "apps.api.incremental=false")).toEqual({
    apps: { api: { tag: "acme/api:ci", incremental: false } },
  });
  expect(config.apps.api.tag).toBe("acme/api");
});

test("values are JSON where they can be, else text", () => {
  expect(apply({}, "a=1", 'b="1"', "c=x=y", 'd={"e":[1]}', "f=", "g=null")).toEqual({
    a: 1,
    b: "1",
    c: "x=y",
    d: { e: [1] },
    f: "",
    g: null,
  });
});

test("objects on the way are made, lists are entered by their indexes", () => {
  expect(apply({ list: [{ from: "a" }] }, "apps.api.env.DEBUG=x", "list.0.from=b")).toEqual({
    apps: { api: { env: { DEBUG: "x" } } },
    list: [{ from: "b" }],
  });
});

test.each<[set: string, apps: unknown]>([
  ["apps.api.v2.tag=x", { api: {}, "api.v2": { tag: "x" }, "api.v2.3": {} }],
  ["apps.api.v2.3.tag=x", { api: {}, "api.v2": {}, "api.v2.3": { tag: "x" } }],
  ['apps["api.v2"].tag=x', { api: {}, "api.v2": { tag: "x" }, "api.v2.3": {} }],
  ['apps["api.v2"]["tag"]=x', { api: {}, "api.v2": { tag: "x" }, "api.v2.3": {} }],
  ['apps["api"].v2.tag=x', { api: { v2: { tag: "x" } }, "api.v2": {}, "api.v2.3": {} }],
  ['apps["a=b"].tag=x=y', { api: {}, "api.v2": {}, "api.v2.3": {}, "a=b": { tag: "x=y" } }],
  ["apps.*.env.A=1", { api: { env: { A: 1 } }, "api.v2": { env: { A: 1 } }, "api.v2.3": { env: { A: 1 } } }],
  ['apps["*"].tag=x', { api: {}, "api.v2": {}, "api.v2.3": {}, "*": { tag: "x" } }],
])("--set %s reaches names with dots, names in brackets and many at once", (set, apps) => {
  const config = { apps: { api: {}, "api.v2": {}, "api.v2.3": {} } };
  expect(apply(config, set)).toEqual({ apps });
});

test("a pattern that matches nothing is refused", () => {
  expect(apply({ apps: { api: {} } }, "apps.web-*.tag=x")).toMatchObject([
    { code: "override-invalid", message: "matches nothing in the config" },
  ]);
});

test("an index in brackets enters a list, and a pattern each of its entries", () => {
  const config = { list: [{ from: "a" }, { from: "b" }] };
  expect(apply(config, "list[1].from=c")).toEqual({ list: [{ from: "a" }, { from: "c" }] });
  expect(apply(config, "list.*.from=c")).toEqual({ list: [{ from: "c" }, { from: "c" }] });
});

test.each([
  ["apps"],
  ["=x"],
  ["a..b=x"],
  [".a=x"],
  ["a.=x"],
  ["__proto__.x=1"],
  ['a["__proto__"]=1'],
  ['a["b=1'],
  ["a[b]=1"],
  ['a["b"]c=1'],
])("%s is refused", (written) => {
  expect(apply({}, written)).toMatchObject([{ code: "override-invalid", override: written }]);
});

test("a path through a value without keys is refused", () => {
  expect(apply({ tag: "x" }, "tag.name=y")).toMatchObject([
    { code: "override-invalid", override: "tag.name=y" },
  ]);
});

test("what is at or below an override is not in the file", () => {
  const overridden = [{ written: "apps.api={}", path: ["apps", "api"] }];
  const config = { apps: { api: { tag: "x" } } };
  expect(overrideAt(["apps", "api", "tag"], overridden, config)).toBe("apps.api={}");
  expect(overrideAt(["apps"], overridden, config)).toBeUndefined();
});

test("what an override misses in an object that it made is not in the file", () => {
  const overridden = [{ written: "apps.wbe.tag=x", path: ["apps", "wbe", "tag"] }];
  const path = ["apps", "wbe", "source"];
  expect(overrideAt(path, overridden, { apps: { web: {} } })).toBe("apps.wbe.tag=x");
  expect(overrideAt(path, overridden, { apps: { wbe: {} } })).toBeUndefined();
});
