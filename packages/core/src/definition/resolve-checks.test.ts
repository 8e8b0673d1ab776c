import { expect, test } from "vitest";
import type { Failure } from "../failure/failure.ts";
import { Checks } from "./checks-schema.ts";
import { resolveChecks } from "./resolve-checks.ts";
import { NO_HOST } from "./variables.ts";

const PATH = ["apps", "web", "checks"];

function resolve(written: object) {
  const failures: Failure[] = [];
  return { checks: resolveChecks(Checks.parse(written), { failures, host: NO_HOST, path: PATH }), failures };
}

test("what is left out has its default", () => {
  const { checks } = resolve({ commands: [{ run: ["node", "-v"] }], http: [{ path: "/x" }], memory: "64MB" });
  expect(checks).toMatchObject({
    commands: [{ name: "node -v", timeout: 60_000, ignore: [], mask: [] }],
    http: [{ name: "GET /x", method: "GET", port: undefined }],
    startup: 30_000,
    memory: 64 * 1024 * 1024,
    network: "default",
  });
});

test("two checks of one name are refused at the second one's place", () => {
  const { failures } = resolve({ http: [{ path: "/" }, { path: "/", port: 81 }] });
  expect(failures).toMatchObject([{ code: "config-invalid", path: [...PATH, "http", 1] }]);
});

test("a mask that is no regular expression is refused", () => {
  const parsed = Checks.safeParse({ commands: [{ run: ["x"], mask: ["("] }] });
  expect(parsed.error?.issues).toMatchObject([
    { path: ["commands", 0, "mask", 0], message: expect.stringContaining("expected a regular expression") },
  ]);
});

test("a variable that is not set is in nobody's way but those who compare", () => {
  const { checks, failures } = resolve({ env: { HOME_PAGE: { fromHost: "HOME_PAGE" } } });
  expect(failures).toEqual([]);
  expect(checks?.unset).toMatchObject([{ path: [...PATH, "env", "HOME_PAGE"] }]);
});
