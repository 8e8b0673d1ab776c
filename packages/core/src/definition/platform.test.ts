import { targetsOf } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import { parsePlatform } from "./platform.ts";
import { resolveTargets } from "./resolve-targets.ts";
import { Config } from "./schema.ts";

test.each([
  ["linux/amd64", { platform: "linux/amd64" }],
  ["linux/amd64/v1", { platform: "linux/amd64" }],
  ["linux/arm64/v8", { platform: "linux/arm64" }],
  ["linux/arm/v7", { platform: "linux/arm" }],
  ["linux/arm/v6", { problem: "has a variant that engines do not announce; use linux/arm" }],
  ["linux/armm", { problem: "has an unknown architecture; did you mean linux/arm?" }],
  ["linux", { problem: "must be a platform such as 'linux/arm64'" }],
  ["linux/arm64/v8/x", { problem: "must be a platform such as 'linux/arm64'" }],
  ["windows/amd64", { problem: "is not supported: images are built for linux only" }],
])("%s is read", (written, parsed) => {
  expect(parsePlatform(written)).toEqual(parsed);
});

const app = (more: object) => ({ source: ".", buildImage: "debian", tag: "acme/api", ...more });

describe("platforms of apps", () => {
  test("are its own, else those of all, in the normal form; platform takes their place", () => {
    const platformsOf = (more: object) =>
      targetsOf({ defaults: { platforms: ["linux/amd64", "linux/arm64/v8"] }, apps: { api: app(more) } })[0]
        ?.platforms;
    expect(platformsOf({})).toEqual(["linux/amd64", "linux/arm64"]);
    expect(platformsOf({ platforms: ["linux/riscv64"] })).toEqual(["linux/riscv64"]);
    expect(platformsOf({ platform: "linux/amd64" })).toBeUndefined();
  });

  test.each([
    [
      { platforms: ["linux/arm64", "linux/arm64/v8"] },
      "platforms",
      1,
      /is linux\/arm64, like platforms\[0\]/,
    ],
    [{ platforms: ["linux/armm"] }, "platforms", 0, /did you mean linux\/arm\?/],
    [{ platforms: ["linux/amd64"], platform: "linux/amd64" }, "platform", undefined, /remove one of them/],
  ])("%j are refused with their place", (more, key, index, message) => {
    const refused = resolveTargets(Config.parse({ apps: { api: app(more) } }));
    const path = ["apps", "api", key, ...(index === undefined ? [] : [index])];
    expect(refused).toMatchObject({
      failures: [{ code: "config-invalid", path, message: expect.stringMatching(message) }],
    });
  });
});
