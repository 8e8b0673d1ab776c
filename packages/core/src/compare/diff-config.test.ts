import { imageDetails } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import type { ImageConfig } from "../engine/image.ts";
import { makeRules } from "./default-rules.ts";
import { diffConfig } from "./diff-config.ts";
import { judgeLevel } from "./judge-level.ts";

const image = (config: Partial<ImageConfig>) =>
  imageDetails({ layers: [], config: { env: ["PATH=/bin", "A=1"], ...config } });

function differencesOf(config: Partial<ImageConfig>, other: Partial<ImageConfig> = {}) {
  return diffConfig(image(config), image(other)).map(({ what, path, left, right }) => [
    what,
    path,
    left,
    right,
  ]);
}

test.each<[Partial<ImageConfig>, readonly unknown[]]>([
  [{ cmd: ["/run", "a b"] }, ["Cmd", undefined, '["/run","a b"]', null]],
  [{ entrypoint: ["/init"] }, ["Entrypoint", undefined, '["/init"]', null]],
  [{ env: ["PATH=/bin", "A=2"] }, ["Env", "A", "2", "1"]],
  [{ env: ["PATH=/bin", "A=1", "EMPTY="] }, ["Env", "EMPTY", "", null]],
  [{ user: "1001" }, ["User", undefined, "1001", null]],
  [{ workingDir: "/app" }, ["WorkingDir", undefined, "/app", null]],
  [{ exposedPorts: ["80/tcp"] }, ["ExposedPorts", "80/tcp", "80/tcp", null]],
  [{ volumes: ["/data"] }, ["Volumes", "/data", "/data", null]],
  [{ labels: { a: "b" } }, ["Labels", "a", "b", null]],
  [{ stopSignal: "SIGINT" }, ["StopSignal", undefined, "SIGINT", null]],
  [{ healthcheck: ["CMD", "true"] }, ["Healthcheck", undefined, '["CMD","true"]', null]],
  [
    { healthcheck: ["CMD", "true"], healthcheckOptions: { Retries: 3, Interval: 5, Timeout: 0 } },
    ["Healthcheck", undefined, '["CMD","true"] Interval=5 Retries=3', null],
  ],
])("%j is a difference", (config, difference) => {
  expect(differencesOf(config)).toEqual([difference]);
});

test("the order of variables, ports and labels is none, nor is a working directory that is the root", () => {
  const one = { env: ["A=1", "PATH=/bin"], exposedPorts: ["1/tcp", "2/tcp"], labels: { a: "1", b: "2" } };
  const other = { exposedPorts: ["2/tcp", "1/tcp"], labels: { b: "2", a: "1" }, workingDir: "/" };
  expect(differencesOf(one, other)).toEqual([]);
});

test("of a variable that occurs twice the last one counts, as in a container", () => {
  expect(differencesOf({ env: ["PATH=/bin", "A=0", "A=1"] })).toEqual([]);
});

test("an image for another processor is different", () => {
  const [change] = diffConfig(image({}), { ...image({}), architecture: "arm64" });
  expect(change).toMatchObject({ what: "Architecture", left: "linux/amd64", right: "linux/arm64" });
});

test("labels about an image's origin, and what the user ignores, are covered and reported", () => {
  const labels = { "sti.key": "1", "org.opencontainers.image.revision": "a", build: "7" };
  const changes = diffConfig(image({ labels, env: ["PATH=/bin", "A=2", "B=1"] }), image({}));
  const matchPaths = (patterns: readonly string[]) => (path: string) => patterns.includes(path);
  const rules = makeRules({ ignore: ["label:build", "env:A"], mask: [] }, { matchPaths });
  const verdict = judgeLevel({ level: "config", changes, rules });
  expect(verdict.rules.map(({ name, count }) => [name, count])).toEqual([
    ["ignore env:A", 1],
    ["ignore label:build", 1],
    ["origin-labels", 2],
  ]);
  expect(verdict.differences.filter(({ rule }) => rule === undefined)).toEqual([
    expect.objectContaining({ what: "Env", path: "B" }),
  ]);
});
