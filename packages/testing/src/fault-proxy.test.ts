import { expect, test } from "vitest";
import { describeCall } from "./fault-proxy.ts";

test.each([
  ["GET", "/version", "GET /version"],
  ["GET", "/v1.41/images/json?all=1", "GET /images/json"],
  ["GET", "/images/json", "GET /images/json"],
  ["GET", "/v1.51/images/127.0.0.1:5000/a/b:1/json", "GET /images/:id/json"],
  ["POST", "/v1.41/containers/create?name=a", "POST /containers/create"],
  ["DELETE", "/v1.100/volumes/a", "DELETE /volumes/:id"],
  ["POST", "/v1.41/session", "POST /session"],
  ["DELETE", "/images/v1.41/a", "DELETE /images/:id"],
])("%s %s counts as %s", (method, url, call) => {
  expect(describeCall(method, url)).toBe(call);
});
