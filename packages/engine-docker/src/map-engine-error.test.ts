import { expect, test } from "vitest";
import {
  classifyRegistry,
  mapConnectionError,
  mapStatusError,
  mapStreamError,
  type Phase,
} from "./map-engine-error.ts";

const json = (message: string) => JSON.stringify({ message });

test.each([
  ["ENOENT", "unreachable-missing-socket"],
  ["ECONNREFUSED", "unreachable-refused"],
  ["EACCES", "unreachable-permission"],
  ["ETIMEDOUT", "unreachable-timeout"],
  ["ENOTFOUND", "unreachable-other"],
  ["ECONNRESET", "lost"],
  ["EPIPE", "lost"],
  ["HPE_INVALID_CONSTANT", "not-an-engine"],
  ["EPROTO", "not-an-engine"],
])("a connection that fails with %s is %s", (code, reason) => {
  const error = Object.assign(new Error(`connect ${code}`), { code });
  expect(mapConnectionError(error, { operation: "list images", phase: "any" })).toMatchObject({
    reason,
    operation: "list images",
    message: `connect ${code}`,
    cause: error,
  });
});

const answers: readonly [number, string, Phase, string, string][] = [
  [404, json("No such image: x:1"), "any", "not-found", "No such image: x:1"],
  [409, json("Conflict. The container name"), "any", "conflict", "Conflict. The container name"],
  [500, json("mkdir /x: no space left on device"), "any", "disk-full", "mkdir /x: no space left on device"],
  [
    500,
    json("error while mounting volume '/v': failed to mount local volume: no such file or directory"),
    "start",
    "mount-failed",
    "error while mounting volume '/v': failed to mount local volume: no such file or directory",
  ],
  [500, json("something broke"), "any", "other", "something broke"],
  [
    400,
    "client version 1.1 is too old. Use 1.12",
    "any",
    "unsupported",
    "client version 1.1 is too old. Use 1.12",
  ],
  [404, "<html><title>Not here</title></html>", "any", "not-an-engine", "Not here"],
  [
    400,
    "Client sent an HTTP request to an HTTPS server.",
    "any",
    "not-an-engine",
    "Client sent an HTTP request to an HTTPS server.",
  ],
  [500, "", "any", "other", "HTTP status 500"],
  [
    500,
    JSON.stringify({ cause: "no such file", message: "", response: 500 }),
    "any",
    "other",
    "no such file",
  ],
  [
    500,
    JSON.stringify({ errorDetail: { message: "registry said no" }, error: "outer" }),
    "any",
    "other",
    "registry said no",
  ],
  [500, json(JSON.stringify({ errorDetail: { message: "inner" }, error: "inner" })), "any", "other", "inner"],
  [500, '{"half', "any", "other", '{"half'],
  [
    404,
    json('exec: "/x": stat /x: no such file or directory'),
    "start",
    "start-failed",
    'exec: "/x": stat /x: no such file or directory',
  ],
  [400, json("exec format error"), "start", "start-failed", "exec format error"],
  [404, json("No such container: x"), "start", "not-found", "No such container: x"],
  [
    404,
    json("manifest for x not found: manifest unknown"),
    "pull",
    "pull-not-found",
    "manifest for x not found: manifest unknown",
  ],
  [404, json("no text of note"), "pull", "pull-not-found", "no text of note"],
  [500, json("no basic auth credentials"), "pull", "pull-denied", "no basic auth credentials"],
  [
    500,
    json('Get "https://r/v2/": dial tcp: lookup r: no such host'),
    "pull",
    "pull-network",
    'Get "https://r/v2/": dial tcp: lookup r: no such host',
  ],
];

test.each(answers)("status %i with %s when %s is %s", (status, body, phase, reason, message) => {
  expect(mapStatusError(status, body, { operation: "x", phase })).toMatchObject({ reason, message, status });
});

test.each([
  ["toomanyrequests: You have reached your pull rate limit", "rate-limit"],
  ["pull access denied for x, repository does not exist or may require 'docker login'", "denied"],
  ["unauthorized: authentication required", "denied"],
  ["connect: connection refused", "network"],
  ["received unexpected HTTP status: 500 Internal Server Error", "network"],
  ["http: server gave HTTP response to HTTPS client", "network"],
  ["x509: certificate signed by unknown authority", "network"],
  ["net/http: TLS handshake timeout", "network"],
  ["manifest unknown: manifest unknown", "not-found"],
  ["no matching manifest for linux/arm64 in the manifest list entries", "not-found"],
  ["failed to copy: unexpected EOF", "network"],
  ["short read: expected 143 bytes but got 5: unexpected EOF", undefined],
  ["filesystem layer verification failed", undefined],
])("what a registry says, %s, is %s", (text, reason) => {
  expect(classifyRegistry(text)).toBe(reason);
});

test("an error inside a pull's stream that is of no known kind is other", () => {
  const error = mapStreamError("filesystem layer verification failed", {
    operation: "pull image",
    phase: "pull",
  });
  expect(error).toMatchObject({ reason: "other", status: undefined });
});
