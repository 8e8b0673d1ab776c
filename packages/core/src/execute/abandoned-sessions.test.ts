import { expect, test } from "vitest";
import type { ContainerSummary } from "../engine/container.ts";
import type { VolumeUsage } from "../engine/disk.ts";
import { findAbandoned, isBuilding } from "./abandoned-sessions.ts";

const NOW = 1_800_000_000_000;
const HOUR = 60 * 60 * 1000;
const JOB = "sti-build-aaaaaaaaaaaaaaaa-bbbbbbbb-7-100-cccccc";
const OTHER = "sti-build-aaaaaaaaaaaaaaaa-bbbbbbbb-8-100-dddddd";

function container(name: string, state: string, hours: number | undefined): ContainerSummary {
  const createdAt = hours === undefined ? undefined : NOW - hours * HOUR;
  return { id: `id of ${name}`, name, image: "", state, labels: {}, createdAt };
}

function volume(name: string, hours: number): VolumeUsage {
  return { name, labels: {}, size: 1, inUse: false, createdAt: NOW - hours * HOUR };
}

function namesOf(
  held: { readonly containers?: readonly ContainerSummary[]; readonly volumes?: readonly VolumeUsage[] },
  options: { readonly now?: number | undefined; readonly isUnknown?: boolean } = { now: NOW },
) {
  const { abandoned, left } = findAbandoned(
    { containers: [], volumes: [], ...held },
    { isUnknown: () => options.isUnknown ?? true, now: options.now },
  );
  const names = ({ containers, volumes }: typeof left) => [...containers, ...volumes].map(({ name }) => name);
  return { abandoned: names(abandoned), left: names(left) };
}

test.each(["created", "exited", "dead"])(
  "a container that is %s for more than a day is abandoned",
  (state) => {
    const containers = [container(`${JOB}-1`, state, 25)];
    expect(namesOf({ containers })).toEqual({ abandoned: [`${JOB}-1`], left: [] });
  },
);

test.each(["running", "paused", "restarting", "removing"])("a container that is %s is left", (state) => {
  const containers = [container(`${JOB}-1`, state, 1000)];
  expect(namesOf({ containers })).toEqual({ abandoned: [], left: [`${JOB}-1`] });
});

test("what is younger than a day is left", () => {
  const held = { containers: [container(`${JOB}-1`, "exited", 23)], volumes: [volume(`${OTHER}-1`, 23)] };
  expect(namesOf(held)).toEqual({ abandoned: [], left: [`${JOB}-1`, `${OTHER}-1`] });
});

test("everything of a session is left while one of its containers runs", () => {
  const held = {
    containers: [container(`${JOB}-1`, "running", 30), container(`${JOB}-2`, "exited", 30)],
    volumes: [volume(`${JOB}-3`, 30), volume(`${OTHER}-1`, 30)],
  };
  expect(namesOf(held)).toEqual({
    abandoned: [`${OTHER}-1`],
    left: [`${JOB}-1`, `${JOB}-2`, `${JOB}-3`],
  });
});

test("without times nothing is abandoned", () => {
  const containers = [container(`${JOB}-1`, "exited", undefined)];
  expect(namesOf({ containers })).toEqual({ abandoned: [], left: [`${JOB}-1`] });
  const old = [container(`${JOB}-1`, "exited", 48)];
  expect(namesOf({ containers: old }, { now: undefined })).toEqual({ abandoned: [], left: [`${JOB}-1`] });
});

test("owners that are known, and names that no session gave, are not its business", () => {
  const containers = [container(`${JOB}-1`, "exited", 48)];
  expect(namesOf({ containers }, { now: NOW, isUnknown: false })).toEqual({ abandoned: [], left: [] });
  expect(namesOf({ containers: [container("web", "exited", 48)] })).toEqual({ abandoned: [], left: [] });
});

test.each([
  ["going on", { inUse: true, hours: 1 }, true],
  ["of unknown age", { inUse: true, hours: undefined }, true],
  ["left by a crash", { inUse: true, hours: 25 }, false],
  ["cached", { inUse: false, hours: 1 }, false],
])("a build that is %s", (_, { hours, inUse }, expected) => {
  const createdAt = hours === undefined ? undefined : NOW - hours * HOUR;
  const record = { id: "a", type: "regular", description: "", size: 1, lastUsed: undefined };
  expect(isBuilding([{ ...record, inUse, createdAt }], NOW)).toBe(expected);
});
