import { RegistryError, type RegistryErrorReason } from "@sti/core";
import { expect, test } from "vitest";
import { checkRegistries, describeAccess, describeStore } from "./check-registries.ts";

const repository = "registry.test:5000/acme/api";
const error = (reason: RegistryErrorReason) =>
  new RegistryError({
    reason,
    operation: "begin upload",
    registry: "registry.test:5000",
    message: "its words",
  });

test.each<[RegistryErrorReason, string, string | undefined]>([
  ["denied", "problem", "docker login registry.test:5000, as a user who may push there"],
  ["full", "problem", "remove images from the registry, or raise its quota"],
  ["refused", "problem", undefined],
  [
    "untrusted",
    "warning",
    "put the certificate of its CA into /etc/docker/certs.d/registry.test:5000/ca.crt",
  ],
  ["unreachable", "warning", expect.stringContaining("HTTPS_PROXY")],
])("a registry whose answer is %s is a %s", (reason, state, fix) => {
  const [read, write] = [error(reason), error(reason)];
  const result = { check: "registry", state, fix };
  expect(describeAccess(repository, { read, write })).toEqual({
    ...result,
    found: `${repository}: its words`,
  });
  expect(describeAccess(repository, { read: "allowed", write })).toEqual({
    ...result,
    found: `${repository}: no push, its words`,
  });
});

test("where no target is pushed, no registry is asked", async () => {
  expect(await checkRegistries({ targets: [], store: undefined }, {})).toEqual([]);
});

const image = "registry.test:5000/acme/store";

test.each([
  ["can be read and added", { read: "allowed", write: "allowed" }, {}, "ok", "results can be read and added"],
  [
    "are only read by the config",
    { read: "allowed", write: error("denied") },
    { write: false },
    "ok",
    "results can be read",
  ],
  [
    "can be read only",
    { read: "allowed", write: error("denied") },
    {},
    "warning",
    "results can be read, but not added: its words",
  ],
  ["cannot be read", { read: error("unreachable"), write: error("unreachable") }, {}, "warning", "its words"],
] as const)("a store whose results %s is no problem of a session", (_, access, more, state, words) => {
  expect(describeStore({ image, ...more }, access)).toMatchObject({
    check: "store",
    state,
    found: `${image}: ${words}`,
  });
});
