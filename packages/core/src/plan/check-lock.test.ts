import { graphOf } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { ImageSummary } from "../engine/image.ts";
import type { NeededImage } from "../graph/target-graph.ts";
import { checkLock, refuseDrift, warnOfDrift } from "./check-lock.ts";
import { decideImage } from "./decide-image.ts";
import type { Facts } from "./facts.ts";
import { type Lock, type LockedImage, listExternalImages } from "./lock.ts";

const hash = (digit: string) => `sha256:${digit.repeat(64)}`;
const DEBIAN = "docker.io/library/debian:12";
const LOCKED = { digest: hash("a"), id: hash("1"), platform: "linux/amd64" };

const app = (tag: string, more: object = {}) => ({ source: ".", buildImage: "debian:12", tag, ...more });
const GRAPH = graphOf({ apps: { api: app("acme/api") } });
const lockOf = (entry: LockedImage): Lock => new Map([[DEBIAN, { short: "debian:12", ...entry }]]);
/** The images of an engine, by normalised names. */
const factsOf = (images: Readonly<Record<string, Partial<ImageSummary>>>): Facts => ({
  engine: undefined,
  images: new Map(
    Object.entries(images).map(([name, image]) => [
      name,
      { id: hash("9"), tags: [], digests: [], labels: {}, size: 1, ...image },
    ]),
  ),
});

function check(images: Readonly<Record<string, Partial<ImageSummary>>>, lock: Lock, graph = GRAPH) {
  return checkLock(graph, { facts: factsOf(images), lock });
}

describe("external images", () => {
  test("are those that no target makes and that are not written with a digest, each once", () => {
    const graph = graphOf({
      images: { builder: { context: ".", tag: "acme/builder" } },
      apps: {
        api: app("acme/api"),
        web: app("acme/web", { buildImage: "acme/builder", runtimeImage: "docker.io/library/debian:12" }),
        pinned: app("acme/pinned", { buildImage: `debian@${hash("a")}` }),
      },
    });
    expect(listExternalImages(graph).map(({ short }) => short)).toEqual(["debian:12"]);
  });
});

describe("an external image", () => {
  test.each([
    ["its digest", { digests: [`debian@${hash("a")}`] }],
    ["its digest in another repository", { digests: [`mirror.example.com/debian@${hash("a")}`] }],
    ["its id", { id: hash("1") }],
  ])("is the locked one by %s", (_, image) => {
    expect(check({ [DEBIAN]: image }, lockOf(LOCKED))).toMatchObject([{ state: "locked" }]);
  });

  test.each([
    ["drifted", "the engine has another", { [DEBIAN]: {} }, LOCKED],
    ["fetched", "the engine has none and it has a digest", {}, LOCKED],
    ["lost", "the engine has none and only its id is locked", {}, { ...LOCKED, digest: undefined }],
  ] as const)("is %s where %s", (state, _, images, entry) => {
    expect(check(images, lockOf(entry))).toMatchObject([{ state }]);
  });

  test("is unlocked where it has no entry", () => {
    expect(check({ [DEBIAN]: {} }, new Map())).toMatchObject([{ state: "unlocked", locked: undefined }]);
  });

  test("that is always pulled does not drift, unless another target takes it as it is", () => {
    const always = app("acme/api", { pull: "always" });
    const all = graphOf({ apps: { api: always } });
    const some = graphOf({ apps: { api: always, web: app("acme/web") } });
    expect(check({ [DEBIAN]: {} }, lockOf(LOCKED), all)).toMatchObject([{ state: "fetched" }]);
    expect(check({ [DEBIAN]: {} }, lockOf(LOCKED), some)).toMatchObject([{ state: "drifted" }]);
  });
});

describe("what differs from the lock", () => {
  test("is a failure with the entry's place, and in one sentence a warning", () => {
    const location = { file: "/repo/sti.lock", line: 4, column: 5 };
    const lock: Lock = new Map([[DEBIAN, { short: "debian:12", location, ...LOCKED }]]);
    const findings = check({ [DEBIAN]: { digests: [`debian@${hash("b")}`] } }, lock);
    expect(refuseDrift(findings)).toEqual([
      {
        code: "lock-drift",
        image: "debian:12",
        location,
        locked: LOCKED,
        present: { digest: hash("b"), id: hash("9") },
      },
    ]);
    expect(warnOfDrift(findings)).toEqual(["debian:12 is bbbbbbbbbbbb here, but aaaaaaaaaaaa in sti.lock"]);
  });

  test("is compared by id where one of the two is in no registry", () => {
    const findings = check({ [DEBIAN]: {} }, lockOf(LOCKED));
    expect(warnOfDrift(findings)).toEqual(["debian:12 is 999999999999 here, but 111111111111 in sti.lock"]);
  });

  test("is refused, but no warning, when it is only not locked yet", () => {
    const findings = check({ [DEBIAN]: {} }, new Map());
    const path = ["apps", "api", "buildImage"];
    expect(refuseDrift(findings)).toEqual([{ code: "lock-incomplete", image: "debian:12", path }]);
    expect(warnOfDrift(findings)).toEqual([]);
  });

  test("is nothing where an unused entry stays", () => {
    const lock: Lock = new Map([
      ...lockOf(LOCKED),
      ["docker.io/acme/old:1", { short: "acme/old:1", ...LOCKED }],
    ]);
    expect(refuseDrift(check({ [DEBIAN]: { id: hash("1") } }, lock))).toEqual([]);
  });
});

describe("an image that no target makes", () => {
  const [image] = listExternalImages(GRAPH);
  const byDigest = `docker.io/library/debian@${hash("a")}`;
  const decide = (
    policy: "always" | "missing" | "never",
    images: Readonly<Record<string, Partial<ImageSummary>>>,
    lock?: Lock,
  ) => image && decideImage(image, policy, { facts: factsOf(images), lock });

  test.each([
    ["is pulled by its name without a lock", {}, undefined, { kind: "pull", reference: DEBIAN }],
    ["is pulled by its locked digest", {}, LOCKED, { kind: "pull", reference: byDigest }],
    [
      "gets its tag where the engine has the locked one",
      { [byDigest]: {} },
      LOCKED,
      { kind: "tag", id: hash("9") },
    ],
    [
      "is taken as it is, also where another is locked",
      { [DEBIAN]: {} },
      LOCKED,
      { kind: "present", id: hash("9") },
    ],
  ] as const)("%s", (_, images, entry, decision) => {
    expect(decide("missing", images, entry && lockOf(entry))).toEqual(decision);
  });

  test("is not pulled again under `always` when it is the locked one", () => {
    expect(decide("always", { [DEBIAN]: {} })).toEqual({ kind: "pull", reference: DEBIAN });
    expect(decide("always", { [DEBIAN]: {} }, lockOf(LOCKED))).toEqual({ kind: "pull", reference: byDigest });
    const locked = { kind: "present", id: hash("1") };
    expect(decide("always", { [DEBIAN]: { id: hash("1") } }, lockOf(LOCKED))).toEqual(locked);
  });

  test("is not pulled again under `always` when it is written with its digest", () => {
    const written = { ...(image as NeededImage), reference: byDigest };
    const facts = factsOf({ [byDigest]: {} });
    const decision = decideImage(written, "always", { facts, lock: undefined });
    expect(decision).toEqual({ kind: "present", id: hash("9") });
  });

  test("is missing where nothing may be pulled, unless only its tag is", () => {
    expect(decide("never", {}, lockOf(LOCKED))).toEqual({ kind: "missing" });
    expect(decide("never", { [byDigest]: {} }, lockOf(LOCKED))).toEqual({ kind: "tag", id: hash("9") });
  });
});
