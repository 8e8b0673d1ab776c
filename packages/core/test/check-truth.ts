// Compares a watch that is idle with the truth of its world.
import { expect } from "vitest";
import type { World } from "./watch-world.ts";
import { defining, fails, failsForNow, keyOf, must } from "./world-content.ts";

/** The expected state of each target once nothing happens any more. */
export function checkTruth(world: World): void {
  must(world.state.activity === undefined, "it is idle");
  if (
    world.isConfigBroken === false &&
    [...world.config.keys()].every((name) => world.digestOf(name) !== undefined)
  ) {
    expect([...world.state.targets.keys()]).toEqual([...world.config.keys()]);
  }
  const stands = new Map<string, string>();
  for (const [name, definition] of world.applied) {
    const digest = world.digestOf(name, definition);
    const isDown = definition.needs.some((needed) => stands.get(needed) !== "made");
    const images = definition.needs.map((needed) => world.images.get(needed)?.id ?? "");
    const key = keyOf(defining(name, definition), digest ?? "", images);
    const gaveUp = world.gaveUp.get(name) === key;
    const image = world.images.get(name);
    if (digest === undefined) stands.set(name, "failed");
    else if (isDown) stands.set(name, "skipped");
    else if (image?.key === key) stands.set(name, "made");
    else {
      must(gaveUp || fails(digest) || failsForNow(digest), `${name} has the image of its content`);
      stands.set(name, "failed");
    }
  }
  expect(Object.fromEntries([...stands.keys()].map((name) => [name, world.reported.get(name)]))).toEqual(
    Object.fromEntries(stands),
  );
  for (const [name, how] of stands) {
    must(
      how === "skipped" || world.digestOf(name) === undefined || !world.asked.has(name),
      `${name} was built as asked`,
    );
    must(how !== "made" || !world.unchecked.has(name), `${name} was checked after the engine had been away`);
  }
  const failed = [...stands].filter(([, how]) => how === "failed").map(([name]) => name);
  expect([...(world.idle?.failed ?? [])].sort()).toEqual(failed.sort());
}
