import { expect, test } from "vitest";
import { describeCall } from "./fault-rules.ts";

test.each([
  ["GET", "/version", "GET /version"],
  ["GET", "/v1.41/images/json?all=1", "GET /images/json"],
  ["GET", "/images/json", "GET /images/json"],
  ["GET", "/v1.51/images/127.0.0.1:5000/a/b:1/json", "GET /images/:id/json"],
  ["POST", "/v1.41/containers/create?name=a", "POST /containers/create"],
  ["DELETE", "/v1.100/volumes/a", "DELETE /volumes/:id"],
  ["POST", "/v1.41/session", "POST /session"],
  ["DELETE", "/images/v1.41/a", "DELETE /images/:id"],
  ["GET", "/v2/a/b/manifests/1", "GET /v2/:name/manifests"],
  ["PUT", "/v2/a/blobs/uploads/1?digest=a", "PUT /v2/:name/blobs/uploads"],
])("%s %s counts as %s", (method, url, call) => {
  expect(describeCall(method, url)).toBe(call);
});
