// A record of each kind, with every field.
import {
  type BuildToRecord,
  type Cause,
  hashKey,
  type ImageContents,
  KEY_SCHEMA,
  type KeyPreimage,
} from "@sti/core";

const PREIMAGE: KeyPreimage = {
  schema: KEY_SCHEMA,
  target: {
    kind: "app",
    name: "web",
    extended: false,
    env: [["PORT", "8"]],
    buildEnv: [],
    secrets: ["TOKEN"],
    scripts: "/usr/bin",
    workspace: null,
    network: "default",
    hosts: ["db:10.0.0.1"],
    user: null,
  },
  labels: [["a", "b"]],
  source: "s0",
  dockerfile: null,
  images: [{ role: "build-image", name: "debian:12", isTarget: false, id: "sha256:d", identity: "sha256:f" }],
  dependencies: [{ target: "db", id: "sha256:e", identity: "sha256:g" }],
  time: 1,
};

export const KEY = hashKey(PREIMAGE);

const ROOT = { target: "db", cause: { kind: "forced" }, more: 0 } as const;

export const CAUSES: readonly Cause[] = [
  { kind: "image-missing", tag: "t", wasBuiltHere: true },
  { kind: "image-foreign", tag: "t", target: null },
  { kind: "build-half-missing", tag: "t" },
  { kind: "inputs-changed" },
  { kind: "files", change: "edited", files: ["a"], count: 2 },
  { kind: "source-changed" },
  { kind: "dockerfile-edited", file: "Dockerfile" },
  { kind: "variable-changed", of: "env", name: "A", change: "added" },
  { kind: "field-changed", field: "method", from: null, to: "container" },
  { kind: "image-moved", image: "debian", from: "sha256:a", to: "sha256:b" },
  { kind: "target-changed", target: "db", from: "sha256:a", to: "sha256:b", because: ROOT },
  { kind: "target-pending", target: "db", because: ROOT },
  { kind: "dependency", target: "db", change: "removed" },
  { kind: "time-changed", from: null, to: 1 },
  { kind: "schema-changed", from: 1, to: 2 },
];

export const BUILD: BuildToRecord = {
  target: "web",
  preimage: PREIMAGE,
  snapshot: {
    origin: { kind: "folder", root: "/nowhere" },
    entries: [{ kind: "directory", path: "src" }],
    digest: "s0",
    size: 0,
  },
  build: {
    key: KEY,
    source: "s0",
    tag: "acme/web",
    images: ["sha256:w"],
    isMadeHere: true,
    causes: CAUSES,
    time: 1,
    toolVersion: "1.0.0",
  },
};

export const CONTENTS: ImageContents = {
  scripts: {
    "prepare-dependencies": { state: "missing" },
    prepare: { state: "present" },
    run: { state: "interpreter-missing", interpreter: "/bin/bash", carriageReturn: false },
    "save-artifacts": { state: "missing" },
  },
  speaks: "sti",
  shell: true,
  accounts: { passwd: "", group: "" },
};

export const KEPT = {
  kept: { volume: "v", sealedAt: "2026-01-02T03:04:05.6Z", source: "s0", owner: { uid: 1, gid: 2 }, time: 3 },
  refusedBy: "image i",
};

const FOUND_PREIMAGE: KeyPreimage = { ...PREIMAGE, source: "s1" };

/** Of an image that was found. */
export const FOUND: BuildToRecord = {
  target: "api",
  preimage: FOUND_PREIMAGE,
  snapshot: { ...BUILD.snapshot, digest: "s1" },
  build: {
    ...BUILD.build,
    key: hashKey(FOUND_PREIMAGE),
    source: "s1",
    tag: "acme/api",
    isMadeHere: false,
    isRestored: true,
    causes: [],
  },
};
