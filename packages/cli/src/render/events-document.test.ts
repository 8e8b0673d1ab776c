import { readFileSync } from "node:fs";
import type { SessionEvent } from "@sti/core";
import { expect, test } from "vitest";

/** Every type of event there is; the compiler sees to it that none is missing. */
const TYPES: Readonly<Record<SessionEvent["type"], true>> = {
  "session-started": true,
  "target-started": true,
  "step-started": true,
  "step-progress": true,
  "step-finished": true,
  "target-output": true,
  "target-warning": true,
  "session-warning": true,
  "target-pushed": true,
  "target-finished": true,
  "session-finished": true,
  "files-changed": true,
  "watch-settled": true,
  "target-paused": true,
  "config-reloaded": true,
  "config-broken": true,
  "engine-lost": true,
  "engine-back": true,
  "command-started": true,
  "command-output": true,
  "command-finished": true,
  "container-waiting": true,
  "container-started": true,
  "container-probed": true,
  "container-up": true,
  "container-stopped": true,
  "container-failed": true,
  "container-output": true,
  "files-synced": true,
};

test("docs/events.md has a row for each type of event, and none besides", () => {
  const text = readFileSync(new URL("../../../../docs/events.md", import.meta.url), "utf8");
  const rows = [...text.matchAll(/^\| `([a-z-]+)`/gm)].map(([, type]) => type);
  expect(rows.sort()).toEqual(Object.keys(TYPES).sort());
});
