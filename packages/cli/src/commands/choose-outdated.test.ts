import type { RegistryImage, StoredImage } from "@sti/core";
import { expect, test } from "vitest";
import { chooseOutdated } from "./choose-outdated.ts";

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 0);

/** `age`: days. */
function stored(
  target: string,
  age: number | undefined,
  more: Partial<StoredImage> & { kind?: string } = {},
): StoredImage {
  const { kind = "app", ...fields } = more;
  const image = {
    config: { labels: { "sti.target": target, "sti.kind": kind, "sti.half": "result" } },
    created: age === undefined ? undefined : NOW - age * DAY,
  } as unknown as RegistryImage;
  const digest = `sha256:${target}-${kind}-${age}`;
  return { digest, names: [], pointers: [], foreignTags: [], lookup: { kind: "found", image }, ...fields };
}

const agesOf = (images: readonly StoredImage[]) => images.map(({ digest }) => digest.slice(7)).sort();

const LISTED = [stored("api", 1), stored("api", 5), stored("api", 20), stored("api", 30), stored("web", 40)];

test.each([
  ["older ones", { olderThan: 14 * DAY }, ["api-app-20", "api-app-30", "web-app-40"]],
  ["all but the newest of each target", { keepLast: 1 }, ["api-app-20", "api-app-30", "api-app-5"]],
  ["older ones but the newest", { olderThan: 14 * DAY, keepLast: 3 }, ["api-app-30"]],
  ["none that are young", { olderThan: 50 * DAY }, []],
])("are %s", (_name, limits, ages) => {
  expect(agesOf(chooseOutdated(LISTED, limits, NOW))).toEqual(ages);
});

test("results and dependency layers of one app are counted apart", () => {
  const listed = [stored("api", 1), stored("api", 2, { kind: "dependencies" })];
  expect(chooseOutdated(listed, { keepLast: 1 }, NOW)).toEqual([]);
});

test.each<[string, StoredImage]>([
  ["have a tag of somebody else", stored("api", 50, { foreignTags: ["v1"] })],
  ["name no time", stored("api", undefined)],
  ["name the first day of 1970", stored("api", NOW / DAY)],
  ["are of the future", stored("api", -2)],
  ["cannot be read", stored("api", 50, { lookup: { kind: "missing" } })],
])("images that %s stay", (_name, image) => {
  expect(chooseOutdated([image], { olderThan: DAY }, NOW)).toEqual([]);
});
