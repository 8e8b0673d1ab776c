import { expect, test } from "vitest";
import { printLine } from "../line.ts";
import { watchLine } from "./watch-line.ts";

const PLACE = { at: 0, target: "api", container: "c" };

function lineOf(event: Parameters<typeof watchLine>[0]): string {
  return printLine(watchLine(event), { columns: Number.POSITIVE_INFINITY, colour: false });
}

test("a container's ports are shown as they are typed, on this machine and on another", () => {
  const port = (hostIp: string) => ({ port: 80, protocol: "tcp" as const, hostPort: 8080, hostIp });
  const started = (hostIp: string) =>
    lineOf({ type: "container-started", ...PLACE, imageId: "i", ports: [port(hostIp)] });
  expect(started("0.0.0.0")).toContain("localhost:8080 → 80/tcp");
  expect(started("127.0.0.1")).toContain("localhost:8080 → 80/tcp");
  expect(started("build.test")).toContain("build.test:8080 → 80/tcp");
});

test("a container that failed says whether the one before goes on", () => {
  const failed = { type: "container-failed", ...PLACE, reason: "ended by itself", lastLines: [] } as const;
  expect(lineOf(failed)).toMatch(/api {2}ended by itself$/);
  expect(lineOf({ ...failed, remaining: "b" })).toMatch(
    /ended by itself; the previous container keeps running$/,
  );
});

test("what a container prints has its app's name before it", () => {
  expect(lineOf({ type: "container-output", ...PLACE, stream: "stderr", text: "ready" })).toBe("api │ ready");
});

test("a job that has ended is no failure", () => {
  const ended = (more: object) =>
    lineOf({ type: "container-failed", ...PLACE, reason: "ended by itself", lastLines: [], ...more });
  expect(ended({ exitCode: 0 })).toBe("■ api  ended by itself");
  expect(ended({ exitCode: 1 })).toBe("✖ api  ended by itself");
  expect(ended({ exitCode: 0, remaining: "c" })).toMatch(/^✖ /);
});
