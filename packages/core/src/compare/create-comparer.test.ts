import { createHash } from "node:crypto";
import { unpackExport } from "@sti/testing/contract-tools";
import { createFakeEngine, type FakeEngine } from "@sti/testing/fake-engine";
import { describe, expect, test } from "vitest";
import { EngineError } from "../engine/engine-error.ts";
import { type Comparer, createComparer } from "./create-comparer.ts";
import type { FileEntry } from "./file-entry.ts";
import type { ImageFiles } from "./image-files.ts";

test("differences say whether they come from the bases or from the apps, in config and files", async () => {
  const engine = makeEngine();
  const comparison = await compare(engine, "app:on-a", "app:on-b");
  expect(comparison).toMatchObject({
    schemaVersion: 1,
    verdict: "different",
    left: { name: "app:on-a", base: { name: "base:a" } },
  });
  const listed = comparison.levels.flatMap(({ differences }) =>
    differences.map(({ level, what, path, origin }) => [level, what, path, origin]),
  );
  expect(listed).toEqual([
    ["config", "Env", "BASE", "base"],
    ["config", "Labels", "org.opencontainers.image.base.name", "app"],
    ["files", "content", "/app/text", "app"],
    ["files", "content", "/etc/issue", "base"],
  ]);
  expect(engine.state.containers.size).toBe(0);
});

test("a base is read once, however many comparisons ask", async () => {
  const engine = makeEngine();
  const comparer = comparerOf(engine);
  await compare(engine, "app:on-a", "app:on-b", comparer);
  await compare(engine, "app:on-b", "app:on-a", comparer);
  // Four sides and two bases.
  expect(engine.count("exportContainer")).toBe(6);
});

test("an image is identical with itself, and nothing of it is read", async () => {
  const engine = makeEngine();
  const comparison = await compare(engine, "app:on-a", "app:on-a");
  expect(comparison.verdict).toBe("identical");
  expect(comparison.levels[1]).toMatchObject({ verdict: "identical", note: "it is one image" });
  expect(engine.count("createContainer")).toBe(0);
});

test("a base that the layers do not prove is none", async () => {
  const engine = makeEngine();
  await engine.tagImage((await engine.inspectImage("base:b"))?.id ?? "", "base:a");
  const comparison = await compare(engine, "app:on-a", "app:on-b");
  expect(comparison.left).not.toHaveProperty("base");
  expect(comparison.levels[1]?.differences.map(({ origin }) => origin)).toEqual([undefined, undefined]);
});

describe("no container is left", () => {
  const failure = new EngineError({ reason: "lost", operation: "export container", message: "gone" });

  test("when one of the two exports fails, and the other one is stopped", async () => {
    const engine = makeEngine();
    const exports = engine.hold("exportContainer");
    const comparing = compare(engine, "app:on-a", "app:on-b");
    const [first] = [await exports.next(), await exports.next()];
    first.fail(failure);
    await expect(comparing).rejects.toBe(failure);
    expect(engine.state.containers.size).toBe(0);
  });

  test("when it is interrupted while it reads", async () => {
    const engine = makeEngine();
    const abort = new AbortController();
    const exports = engine.hold("exportContainer");
    const comparing = compare(engine, "app:on-a", "app:on-b", comparerOf(engine, abort.signal));
    await exports.next();
    await exports.next();
    abort.abort(new Error("enough"));
    await expect(comparing).rejects.toThrow("enough");
    expect(engine.state.containers.size).toBe(0);
  });
});

test("a content that differs has a hint", async () => {
  const image = (tag: string, text: string) => ({ tags: [tag], files: { "/app/built": `at ${text}\n` } });
  const engine = createFakeEngine({
    images: [image("x:1", "2026-01-01T00:00:01Z"), image("x:2", "2026-01-01T00:00:02Z")],
  });
  const comparison = await compare(engine, "x:1", "x:2");
  expect(comparison.levels[1]?.differences).toEqual([
    expect.objectContaining({
      path: "/app/built",
      hint: { kind: "timestamp", left: "at 2026-01-01T00:00:01Z", right: "at 2026-01-01T00:00:02Z" },
    }),
  ]);
});

const files: ImageFiles = {
  async readFiles(stream) {
    const unpacked = await unpackExport(stream);
    return new Map(
      [...unpacked].map(([path, { content, link, mode, type }]): [string, FileEntry] => {
        const common = { path, mode, uid: 0, gid: 0, mtime: 0 };
        if (type === "symlink") return [path, { ...common, type, linkTarget: link }];
        if (type !== "file") return [path, { ...common, type: "directory" }];
        const digest = createHash("sha256").update(content).digest("hex");
        return [path, { ...common, type, size: content.length, digest }];
      }),
    );
  },
  matchPaths: (patterns) => (path) =>
    patterns.some((pattern) => path === pattern || path.startsWith(`${pattern}/`)),
};

/** Two apps on two bases, of which both have an /etc/issue of their own. */
function makeEngine(): FakeEngine {
  const app = (base: string, text: string) => ({
    tags: [`app:on-${base}`],
    base: `base:${base}`,
    config: {
      env: ["PATH=/bin", `BASE=${base}`],
      labels: { "org.opencontainers.image.base.name": `base:${base}` },
    },
    files: { "/etc/issue": base, "/app/text": text },
  });
  const base = (name: string) => ({
    tags: [`base:${name}`],
    config: { env: ["PATH=/bin", `BASE=${name}`] },
    files: { "/etc/issue": name },
  });
  return createFakeEngine({ images: [base("a"), base("b"), app("a", "one"), app("b", "two")] });
}

function comparerOf(engine: FakeEngine, signal?: AbortSignal): Comparer {
  let made = 0;
  const nextName = () => {
    made += 1;
    return `sti-build-test-${made}`;
  };
  return createComparer({ engine, files, nextName, signal });
}

async function compare(engine: FakeEngine, left: string, right: string, comparer = comparerOf(engine)) {
  const [one, other] = await Promise.all([left, right].map((name) => engine.inspectImage(name)));
  if (one === undefined || other === undefined) throw new Error(`${left} or ${right} is not there`);
  const rules = { ignore: [], mask: [] };
  return await comparer.compare(
    { name: left, details: one },
    { name: right, details: other },
    { rules, hints: true },
  );
}
