import { expect, test } from "vitest";
import { chooseComparison } from "./choose-comparison.ts";

test("two names and nothing else are two images", () => {
  expect(chooseComparison(["a", "b"], {}, ["--json", "--engine"])).toEqual({
    kind: "images",
    left: "a",
    right: "b",
  });
});

test("a result in the store may need options that find the config", () => {
  expect(chooseComparison(["store://web", "acme/web:1"], {}, ["--profile", "--json"])).toMatchObject({
    kind: "images",
  });
  expect(chooseComparison(["acme/web:1", "store://web"], {}, ["--config", "--metadata-file"])).toEqual({
    problem: "not available for two images: --metadata-file",
  });
  expect(chooseComparison(["acme/web:1", "store:web"], {}, ["--profile"])).toHaveProperty("problem");
});

test("images of an option are two bases for apps", () => {
  expect(chooseComparison(["web"], { buildImage: ["a", "b"] }, ["--build-image"])).toEqual({
    kind: "apps",
    request: { kind: "bases", buildImages: ["a", "b"], runtimeImages: [] },
  });
});

test.each([
  [["web"], {}, "name two images"],
  [["a", "b", "c"], {}, "name two images"],
  [[], { repro: true }, "or pass --all"],
  [["web"], { repro: true, all: true }, "--all excludes names"],
  [["web"], { repro: true, methods: true }, "--methods and --repro are two comparisons"],
  [[], { all: true }, "name two images"],
] as const)("%j with %j is refused as no comparison", (names, wishes, problem) => {
  expect(chooseComparison(names, wishes, [])).toEqual({ problem: expect.stringContaining(problem) });
});

test("a selection by what changed needs no names", () => {
  expect(chooseComparison([], { methods: true, affected: true }, [])).toMatchObject({ kind: "apps" });
});

test("what only builds of apps take is refused beside two images", () => {
  expect(chooseComparison(["a", "b"], {}, ["--json", "--report", "--all", "--set"])).toEqual({
    problem: "not available for two images: --all, --set",
  });
});
