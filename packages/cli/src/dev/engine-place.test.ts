import { expect, test } from "vitest";
import { placeOfEngine } from "./engine-place.ts";

test.each([
  ["unix:///run/docker.sock", "0.0.0.0", true, "127.0.0.1"],
  ["unix:///run/docker.sock", "::1", true, "::1"],
  ["tcp://localhost:2375", "0.0.0.0", true, "localhost"],
  ["tcp://[::1]:2375", "", true, "::1"],
  ["tcp://build.test:2375", "::", false, "build.test"],
  ["tcp://build.test:2375", "127.0.0.1", false, "build.test"],
  ["tcp://build.test:2375", "10.0.0.7", false, "10.0.0.7"],
  ["ssh://me@build.test", "0.0.0.0", false, "build.test"],
])("an engine at %s that publishes at %j: local %j, reached at %s", (host, hostIp, isLocal, expected) => {
  const place = placeOfEngine(host);
  expect(place.isLocal).toBe(isLocal);
  expect(place.addressOf({ hostIp, hostPort: 80 })).toEqual({ host: expected, port: 80 });
});
