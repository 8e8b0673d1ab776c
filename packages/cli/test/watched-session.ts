// A watch as a list of its events, for the renderers' tests.
import type { SessionEvent } from "@sti/core";
import { fakeFinish } from "./fake-session.ts";

const NAMES = ["builder", "api", "web"];
const TARGETS = NAMES.map((name) => ({
  name,
  kind: name === "builder" ? ("image" as const) : ("app" as const),
  tag: `acme/${name}:dev`,
  dependsOn: name === "builder" ? [] : ["builder"],
}));

/** Milliseconds since 1970. */
export const STARTED = 1_000_000;

/** Everything is up to date; then api changes and is built again, while web waits. */
export const BUILDING: readonly SessionEvent[] = [
  {
    type: "session-started",
    schemaVersion: 1,
    at: STARTED,
    session: "s",
    concurrency: 1,
    targets: TARGETS,
  },
  ...NAMES.map((name) => fakeFinish(name, "up-to-date", STARTED + 100)),
  { type: "watch-settled", at: STARTED + 100, duration: 100, changed: [], failed: [] },
  {
    type: "files-changed",
    at: STARTED + 5000,
    targets: ["api", "web"],
    paths: ["api/src/x.ts", "web/y.ts"],
    count: 2,
  },
  { type: "target-started", at: STARTED + 5100, target: "api", reason: "src/x.ts edited", causes: [] },
  {
    type: "step-started",
    at: STARTED + 5100,
    target: "api",
    step: "run-script",
    title: "prepare on acme/builder",
  },
  { type: "target-output", at: STARTED + 5200, target: "api", stream: "stdout", text: "compiling" },
];

/** Then api fails, and web is built. */
export const FAILED: readonly SessionEvent[] = [
  ...BUILDING,
  fakeFinish("api", "failed", STARTED + 6000),
  fakeFinish("web", "built", STARTED + 7000),
  { type: "watch-settled", at: STARTED + 7000, duration: 2000, changed: ["web"], failed: ["api"] },
];
