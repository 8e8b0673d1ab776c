import fc from "fast-check";
import { expect, test } from "vitest";
import type { ImageConfig } from "../engine/image.ts";
import { type IdentifiedImage, imageIdentity } from "./image-identity.ts";
import { LABEL } from "./labels.ts";

const CONFIG: ImageConfig = {
  env: ["A=1", "B=2"],
  user: "app",
  workingDir: "/srv",
  entrypoint: ["/init"],
  cmd: ["serve"],
  labels: { a: "1", b: "2" },
  exposedPorts: ["80/tcp", "443/tcp"],
  volumes: [],
  onBuild: [],
  stopSignal: undefined,
  healthcheck: ["CMD", "true"],
  healthcheckOptions: { Interval: 1, Retries: 2 },
};
const IMAGE: IdentifiedImage = {
  os: "linux",
  architecture: "amd64",
  layers: ["sha256:1", "sha256:2"],
  config: CONFIG,
};

const identity = (config: Partial<ImageConfig> = {}, image: Partial<IdentifiedImage> = {}) =>
  imageIdentity({ ...IMAGE, ...image, config: { ...CONFIG, ...config } });

test.each<[string, Partial<ImageConfig>, Partial<IdentifiedImage>?]>([
  ["variables", { env: ["B=2", "A=1"] }],
  ["its user", { user: "" }],
  ["its folder", { workingDir: "/" }],
  ["its entrypoint", { entrypoint: [] }],
  ["its command", { cmd: ["serve", ""] }],
  ["a label", { labels: { a: "1", b: "3" } }],
  ["a setting of a builder", { labels: { ...CONFIG.labels, "sti.dependencies.inputs": "package.json" } }],
  ["ports", { exposedPorts: ["80/tcp"] }],
  ["volumes", { volumes: ["/data"] }],
  ["triggers", { onBuild: ["RUN true"] }],
  ["its stop signal", { stopSignal: "SIGINT" }],
  ["its stop time", { stopTimeout: 1 }],
  ["its shell", { shell: ["/bin/bash", "-c"] }],
  ["its healthcheck", { healthcheck: ["CMD", "false"] }],
  ["a time of its healthcheck", { healthcheckOptions: { Interval: 2, Retries: 2 } }],
  ["a layer", {}, { layers: ["sha256:1", "sha256:3"] }],
  ["the order of its layers", {}, { layers: ["sha256:2", "sha256:1"] }],
  ["its architecture", {}, { architecture: "arm64" }],
  ["its variant", {}, { variant: "v8" }],
  ["its system", {}, { os: "windows" }],
])("an image has another identity when it differs in %s", (_name, config, image) => {
  expect(identity(config, image)).not.toBe(identity());
});

test.each<[string, Partial<ImageConfig>]>([
  ["the order of labels", { labels: { b: "2", a: "1" } }],
  ["the order of ports", { exposedPorts: ["443/tcp", "80/tcp"] }],
  ["the order of a healthcheck's settings", { healthcheckOptions: { Retries: 2, Interval: 1 } }],
  ["the commit", { labels: { ...CONFIG.labels, "org.opencontainers.image.revision": "1a2b" } }],
  ["the time of its build", { labels: { ...CONFIG.labels, "org.opencontainers.image.created": "now" } }],
  [
    "the id of its base",
    { labels: { ...CONFIG.labels, "org.opencontainers.image.base.digest": "sha256:3" } },
  ],
  ["its key", { labels: { ...CONFIG.labels, [LABEL.key]: "k", [LABEL.managed]: "1" } }],
])("an image has the same identity when it differs in %s", (_name, config) => {
  expect(identity(config)).toBe(identity());
});

test("parts are not mistaken for each other", () => {
  const words = fc.array(fc.string(), { maxLength: 3 });
  fc.assert(
    fc.property(words, words, words, words, (env, cmd, otherEnv, otherCmd) => {
      const isSame = JSON.stringify([env, cmd]) === JSON.stringify([otherEnv, otherCmd]);
      expect(identity({ env, cmd }) === identity({ env: otherEnv, cmd: otherCmd })).toBe(isSame);
    }),
  );
});
