import { targetsOf } from "@sti/testing/definitions";
import { expect, test } from "vitest";
import { checkDev } from "./check-dev.ts";

function problemsOf(settings: Readonly<Record<string, object>>): readonly unknown[] {
  const apps = Object.entries(settings).map(([name, dev]) => [
    name,
    { source: "s", buildImage: "acme/b", tag: `acme/${name}`, dev },
  ]);
  const targets = targetsOf({ apps: Object.fromEntries(apps) });
  const failures = checkDev(targets.filter((target) => target.kind === "app"));
  return failures.map((failure) => failure.code === "config-invalid" && failure.path.join("."));
}

test("a host port is one app's", () => {
  expect(problemsOf({ api: { ports: ["8080:80"] }, web: { ports: ["80", "127.0.0.1:8080:81"] } })).toEqual([
    "apps.web.dev.ports.1",
  ]);
});

test("free ports, other protocols and other addresses are in nobody's way", () => {
  const api = { ports: ["80", "53:53/udp", "127.0.0.1:8080:80"] };
  expect(problemsOf({ api, web: { ports: ["80", "53:53/tcp", "127.0.0.2:8080:80"] } })).toEqual([]);
});

test("a variable that the machine does not have is reported", () => {
  expect(problemsOf({ api: { env: { A: { fromHost: "ABSENT_HERE" } } } })).toEqual(["apps.api.dev.env.A"]);
});
