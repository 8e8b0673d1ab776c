import { RegistryError, type RegistryErrorReason } from "@sti/core";
import { expect, test } from "vitest";
import { checkRegistries, describeAccess } from "./check-registries.ts";

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
  expect(await checkRegistries([], {})).toEqual([]);
});
