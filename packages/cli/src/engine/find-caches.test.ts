import type { BuildCacheUsage, DiskUsage, VolumeUsage } from "@sti/core";
import { expect, test } from "vitest";
import { findCaches } from "./find-caches.ts";

function usageOf(held: {
  volumes?: readonly Partial<VolumeUsage>[];
  records?: readonly Partial<BuildCacheUsage>[];
}) {
  const volume: VolumeUsage = { name: "v", labels: {}, size: 5, inUse: false };
  const record: BuildCacheUsage = {
    id: "r1",
    type: "exec.cachemount",
    description: "",
    inUse: false,
    size: 7,
    lastUsed: "2026-01-31T12:00:00Z",
  };
  return {
    images: [],
    containers: [],
    volumes: (held.volumes ?? []).map((changes) => ({ ...volume, ...changes })),
    buildCache: (held.records ?? []).map((changes) => ({ ...record, ...changes })),
  } satisfies DiskUsage;
}

const OURS = "cached mount /root/.npm from exec /bin/sh -c . /run/sti/env && exec /usr/bin/prepare";

test.each(["sti-cache-npm", "sti-cache-npm-1001"])("the volume %s with its label is a cache", (name) => {
  expect(findCaches(usageOf({ volumes: [{ name, labels: { "sti.cache": "npm" } }] }))).toEqual([
    {
      store: "volume",
      content: "cache",
      id: "npm",
      target: undefined,
      engineId: name,
      size: 5,
      lastUsed: undefined,
      inUse: false,
    },
  ]);
});

test.each([
  ["no label", "sti-cache-npm", {}],
  ["a name of another id", "sti-cache-npm2", { "sti.cache": "npm" }],
  ["a name of somebody's own", "backup", { "sti.cache": "npm" }],
  ["a name that goes on", "sti-cache-npm-old", { "sti.cache": "npm" }],
])("a volume with %s is no cache", (_, name, labels) => {
  expect(findCaches(usageOf({ volumes: [{ name, labels: labels as Record<string, string> }] }))).toEqual([]);
});

test("a cache mount of one of our commands is a cache, known by its target", () => {
  expect(findCaches(usageOf({ records: [{ description: OURS }] }))).toEqual([
    {
      store: "build-cache",
      content: "cache",
      id: undefined,
      target: "/root/.npm",
      engineId: "r1",
      size: 7,
      lastUsed: "2026-01-31T12:00:00Z",
      inUse: false,
    },
  ]);
});

test("where the engine reports the mount's id, the cache is known by it", () => {
  const records = [{ description: `${OURS} with id "/sti-cache-npm-1001"` }];
  expect(findCaches(usageOf({ records }))).toMatchObject([{ id: "npm-1001", target: "/root/.npm" }]);
});

test.each([
  ["of another command", { description: "cached mount /root/.npm from exec /bin/sh -c npm ci" }],
  [
    "of a command that only mentions ours",
    {
      description:
        "cached mount /root/.npm from exec /bin/sh -c echo . /run/sti/env && exec /usr/bin/prepare",
    },
  ],
  ["with another id", { description: `${OURS} with id "npm"` }],
  ["that is no cache mount", { type: "regular", description: OURS }],
])("a record %s is no cache", (_, record) => {
  expect(findCaches(usageOf({ records: [record] }))).toEqual([]);
});

test("the volume that keeps an app's source is known by its name and labels", () => {
  const labels = { "sti.source": "api", "sti.project": "0123abc" };
  const kept = { name: "sti-source-0123abc-1-2-3", labels, size: 9 };
  expect(findCaches(usageOf({ volumes: [kept] }))).toEqual([
    {
      store: "volume",
      content: "source",
      id: "api",
      target: undefined,
      engineId: kept.name,
      size: 9,
      lastUsed: undefined,
      inUse: false,
    },
  ]);
  const others = [
    { ...kept, name: "sti-source-other-1" },
    { ...kept, labels: {} },
    { ...kept, name: "data" },
  ];
  expect(findCaches(usageOf({ volumes: others }))).toEqual([]);
});
