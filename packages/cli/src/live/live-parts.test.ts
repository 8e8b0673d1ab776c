import { foldSession, type SessionEvent } from "@sti/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ABOUT, reportedSession } from "../../test/reported-session.ts";
import { FAILED } from "../../test/watched-session.ts";
import { graphPart } from "../report/page/graph-part.ts";
import type { PageContext } from "../report/page/page-parts.ts";
import type { PageChanges } from "../report/page/page-state.ts";
import { askThread, type LayOut } from "./lay-out-in-thread.ts";
import { createLiveParts, type LiveParts } from "./live-parts.ts";

const RUN = [
  { name: "db" },
  { name: "api", builtBy: "api" },
  { name: "mail", builtBy: "builder" },
  { name: "web", builtBy: "web" },
];
const WATCH = [...FAILED, ...watchedMore()];
const SESSIONS = {
  session: reportedSession(),
  watch: WATCH,
  run: WATCH.map((event) =>
    event.type === "session-started"
      ? { ...event, containers: RUN }
      : event.type === "config-reloaded"
        ? { ...event, containers: RUN.slice(0, 2) }
        : event,
  ),
};

test.each(["session", "watch", "run"] as const)(
  "of a %s, changes that were taken at any moments are the whole",
  async (kind) => {
    const events = SESSIONS[kind];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: events.length, maxLength: events.length }),
        async (moments) => {
          const { note, parts } = begin(kind === "session" ? "session" : "watch");
          const page = createReader(parts);
          for (const [index, event] of events.entries()) {
            note(event);
            if (moments[index] === true) page.read();
            // Some layouts are done at once.
            if (index % 3 === 0) await parts.idle();
            // One that has only just come gets the same.
            if (moments[index] === true) page.read();
            if (moments[index] === true) expect(page.parts).toEqual(createReader(parts).read());
          }
          page.read();
          await parts.idle();
          expect(page.read()).toEqual(createReader(parts).read());
          expect(page.parts.has("graph")).toBe(true);
        },
      ),
      { numRuns: 50 },
    );
  },
);

test("a target that printed something has nothing new to send", () => {
  const { note, parts } = begin("watch");
  for (const event of FAILED) note(event);
  const { version } = parts;
  note({ type: "target-output", at: 1, target: "api", stream: "stdout", text: "noise" });
  note({ type: "container-output", at: 1, target: "api", container: "c", stream: "stdout", text: "noise" });
  expect(parts.since(version)).toBeUndefined();
});

test("the end of a session sends the last output of each target, and not the graph again", () => {
  const { note, parts } = begin("session");
  const events = SESSIONS.session;
  for (const event of events.slice(0, -1)) note(event);
  const { version } = parts;
  note(events.at(-1) as SessionEvent);
  const keys = parts.since(version)?.parts.map(([key]) => key);
  expect(keys).toContain("target/builder");
  expect(keys).not.toContain("graph");
});

test("the graph is laid out for a reader only, and of the targets that there are by then", async () => {
  const asked: string[][] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const { note, parts } = begin("watch", async (targets) => {
    asked.push(targets.map(({ name }) => name));
    await promise;
    return graphPart(targets);
  });
  for (const event of FAILED) note(event);
  expect(asked).toEqual([]);
  expect(parts.all().parts.map(([key]) => key)).not.toContain("graph");
  for (const event of watchedMore()) note(event);
  parts.all();
  resolve();
  await parts.idle();
  expect(asked).toHaveLength(2);
  expect(asked[1]).toContain("new");
  const [, graph] = parts.all().parts.find(([key]) => key === "graph") ?? [];
  expect(graph).toEqual(
    graphPart([
      { name: "api", dependsOn: [] },
      { name: "new", dependsOn: [] },
    ]),
  );
});

test("a thread lays out the same graph as this one", async () => {
  const targets = Array.from({ length: 40 }, (_, index) => ({
    name: `target-${index}`,
    dependsOn: index < 5 ? [] : [`target-${index % 5}`, `target-${Math.floor(index / 2)}`],
  }));
  expect(await askThread(targets)).toEqual(graphPart(targets));
});

function begin(kind: PageContext["kind"], layOut: LayOut = async (targets) => graphPart(targets)) {
  const { apply, view } = foldSession();
  const context = { about: ABOUT, kind, cwd: "/repo", logOf: () => undefined };
  const parts = createLiveParts(view, context, { layOut, onGraph: () => {} });
  const note = (event: SessionEvent) => {
    apply(event);
    parts.note(event);
  };
  return { note, parts };
}

/** Keeps parts as the page in a browser does. */
function createReader(live: LiveParts) {
  const parts = new Map<string, unknown>();
  let known: number | undefined;
  const take = (changes: PageChanges | undefined) => {
    for (const key of changes?.gone ?? []) parts.delete(key);
    for (const [key, part] of changes?.parts ?? []) parts.set(key, part);
  };
  return {
    parts,
    read() {
      take(known === undefined ? live.all() : live.since(known));
      known = live.version;
      return parts;
    },
  };
}

/** Containers, a config that changes, and an engine that goes away. */
function watchedMore(): readonly SessionEvent[] {
  const at = 1_009_000;
  const container = { at, target: "api", container: "c1" };
  const app = { kind: "app", tag: "t", dependsOn: [] } as const;
  return [
    { type: "container-waiting", at, target: "db", reason: "pulls postgres:17" },
    { type: "container-started", ...container, imageId: "sha256:1", ports: [] },
    { type: "container-probed", ...container, question: "GET /", problem: "status 503" },
    { type: "container-up", ...container, duration: 5, question: "GET /" },
    { type: "config-broken", at, failures: [{ code: "engine-context-unknown", message: "x" }] },
    {
      type: "config-reloaded",
      at,
      added: ["new"],
      removed: ["web"],
      changed: [],
      targets: [
        { name: "api", ...app },
        { name: "new", ...app },
      ],
    },
    { type: "engine-lost", at, message: "gone" },
    { type: "engine-back", at, duration: 3 },
    { type: "container-stopped", ...container },
    { type: "session-warning", at, message: "careful" },
  ];
}
