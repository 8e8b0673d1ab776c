import { expect, test } from "vitest";
import type { Failure } from "../failure/failure.ts";
import { readContainerUrls, resolveUrls } from "./container-urls.ts";

const URLS = readContainerUrls({
  apps: { api: { dev: { ports: ["8080:3000", "4000"] } }, web: { dev: { ports: [80] } }, job: {} },
  services: { db: { ports: ["5432/udp", "5433"] }, queue: {} },
});

function urlOf(value: object) {
  const failures: Failure[] = [];
  const resolved = resolveUrls({ URL: value as never, PLAIN: "x" }, { urls: URLS, path: ["env"], failures });
  return failures.length === 0
    ? resolved.URL
    : failures.map((failure) => "message" in failure && failure.message);
}

test.each([
  [{ url: "api" }, "http://api:3000"],
  [{ url: "web" }, "http://web"],
  [{ url: "web", scheme: "https" }, "https://web:80"],
  [
    { url: "db", scheme: "postgres", path: "/shop?sslmode=disable" },
    "postgres://db:5433/shop?sslmode=disable",
  ],
  [{ url: "queue", scheme: "redis", port: 6379 }, "redis://queue:6379"],
  [{ url: "queue" }, ["needs a port of queue: add it here as port, or to the ports of queue"]],
  [{ url: "job" }, ["needs a port of job: add it here as port, or to the ports of job"]],
  [{ url: "ap" }, ['names "ap", which is no app and no service; did you mean "api"?']],
  [{ fromHost: "X" }, { fromHost: "X" }],
])("%j", (value, expected) => {
  expect(urlOf(value)).toEqual(expected);
});
