import fc from "fast-check";
import { expect, test } from "vitest";
import { parseChallenges } from "./challenge.ts";

test.each<[string, string | readonly string[] | undefined, readonly [string, Record<string, string>][]]>([
  ["no header", undefined, []],
  ["nothing", "", []],
  [
    "docker's",
    'Bearer realm="https://auth.test/token?a=b,c",service="r.test",scope="repository:a/b:pull,push"',
    [
      [
        "bearer",
        { realm: "https://auth.test/token?a=b,c", service: "r.test", scope: "repository:a/b:pull,push" },
      ],
    ],
  ],
  ["values without quotes", "Basic realm=registry", [["basic", { realm: "registry" }]]],
  ["names in capitals", 'BEARER Realm="x"', [["bearer", { realm: "x" }]]],
  ["escaped quotes", 'Bearer realm="a\\"b\\\\c"', [["bearer", { realm: 'a"b\\c' }]]],
  ["spaces around signs", 'Bearer realm = "x" , service = y', [["bearer", { realm: "x", service: "y" }]]],
  [
    "two in one header",
    'Basic realm="a", Bearer realm="b",service=c',
    [
      ["basic", { realm: "a" }],
      ["bearer", { realm: "b", service: "c" }],
    ],
  ],
  [
    "two headers",
    ['Basic realm="a"', 'Bearer realm="b"'],
    [
      ["basic", { realm: "a" }],
      ["bearer", { realm: "b" }],
    ],
  ],
  [
    "a scheme without parameters",
    "Negotiate, Basic realm=x",
    [
      ["negotiate", {}],
      ["basic", { realm: "x" }],
    ],
  ],
  [
    "a scheme with a token",
    "Negotiate a87421==, Basic realm=x",
    [
      ["negotiate", {}],
      ["basic", { realm: "x" }],
    ],
  ],
  ["a parameter twice", "Bearer realm=a,realm=b", [["bearer", { realm: "a" }]]],
  [
    "a quote that does not end",
    'Basic realm=x, Bearer realm="y',
    [
      ["basic", { realm: "x" }],
      ["bearer", {}],
    ],
  ],
  ["a parameter without a scheme", "realm=x", []],
  [
    "a name of JavaScript",
    "Bearer __proto__=x,constructor=y,realm=z",
    [["bearer", { ["__proto__"]: "x", constructor: "y", realm: "z" }]],
  ],
])("%s", (_name, header, expected) => {
  const entries = parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.entries(parameters),
  ]);
  expect(entries).toEqual(expected.map(([scheme, parameters]) => [scheme, Object.entries(parameters)]));
});

test("any text is read in time that grows with its length, and never throws", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => Array.isArray(parseChallenges(text))));
  expect(parseChallenges(`Bearer realm="${"\\".repeat(16_000)}`)).toHaveLength(1);
  expect(parseChallenges("x ".repeat(20_000))).toEqual([]);
});

test("written parameters are read back", () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9_-]{0,10}$/);
  const value = fc.string({ unit: "grapheme-ascii" });
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }), (parameters) => {
      const written = parameters
        .map(([key, text]) => `${key}="${text.replace(/["\\]/g, "\\$&")}"`)
        .join(", ");
      const [challenge] = parseChallenges(`Bearer ${written}`);
      expect(Object.entries(challenge?.parameters ?? {}).sort()).toEqual([...parameters].sort());
    }),
  );
});
