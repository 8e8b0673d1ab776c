import type { ConfigPath } from "@sti/core";
import { expect, test } from "vitest";
import { locateFailures } from "./locate-failures.ts";

const place = (line: number) => ({ file: "sti.config.ts", line, column: 1 });
const locate = (path: ConfigPath) => place(path.length);

test("a failure gets the place of its path", () => {
  const failure = { code: "config-invalid", path: ["apps", "web"], message: "m" } as const;
  expect(locateFailures([failure], locate)).toEqual([{ ...failure, location: place(2) }]);
});

test("a place that is known is kept", () => {
  const failure = { code: "config-invalid", path: ["apps"], message: "m", location: place(9) } as const;
  expect(locateFailures([failure], locate)).toEqual([failure]);
});

test("every edge of a cycle gets its place", () => {
  const edges = [{ path: ["apps", "a", "dependsOn", 0] }, { path: ["apps", "b"] }];
  const [failure] = locateFailures(
    [{ code: "graph-cycle", names: [], edges, cut: 0, path: ["apps"] }],
    locate,
  );
  expect(failure).toMatchObject({
    location: place(1),
    edges: [{ location: place(4) }, { location: place(2) }],
  });
});

test("both places of a tag that is given twice are found", () => {
  const [failure] = locateFailures(
    [{ code: "tag-duplicate", tag: "t", target: "a", other: "b", path: ["apps"], otherPath: ["apps", "b"] }],
    locate,
  );
  expect(failure).toMatchObject({ location: place(1), otherLocation: place(2) });
});

test("a failure that is not about the config stays as it is", () => {
  const failure = { code: "bug", message: "m" } as const;
  expect(locateFailures([failure], locate)).toEqual([failure]);
});

test("a problem in a value of --set has that value in place of a location", () => {
  const failure = { code: "config-invalid", path: ["apps", "web", "tag"], message: "" } as const;
  const override = "apps.web={}";
  expect(
    locateFailures(
      [failure],
      () => place(1),
      () => override,
    ),
  ).toEqual([{ ...failure, override }]);
});
