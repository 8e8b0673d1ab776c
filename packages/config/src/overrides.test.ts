import { expect, test } from "vitest";
import { applyOverrides, overrideAt, parseOverrides } from "./overrides.ts";

function apply(config: unknown, ...written: readonly string[]) {
  const overrides = parseOverrides(written);
  if (!overrides.ok) return overrides.failures;
  const applied = applyOverrides(config, overrides.value);
  return applied.ok ? applied.value : applied.failures;
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

test.each([["apps"], ["=x"], ["a..b=x"], ["__proto__.x=1"]])("%s is refused", (written) => {
  expect(apply({}, written)).toMatchObject([{ code: "override-invalid", override: written }]);
});

test("a path through a value without keys is refused", () => {
  expect(apply({ tag: "x" }, "tag.name=y")).toMatchObject([
    { code: "override-invalid", override: "tag.name=y" },
  ]);
});

test("what is at or below an override is not in the file", () => {
  const overrides = parseOverrides(["apps.api={}"]);
  if (!overrides.ok) throw new Error("overrides");
  expect(overrideAt(["apps", "api", "tag"], overrides.value)).toBe("apps.api={}");
  expect(overrideAt(["apps"], overrides.value)).toBeUndefined();
});
