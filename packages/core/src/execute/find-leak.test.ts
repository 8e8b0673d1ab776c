import { createFakeEngine } from "@sti/testing/fake-engine";
import { describe, expect, test } from "vitest";
import type { Engine } from "../engine/engine.ts";
import { findLeak } from "./find-leak.ts";

const FILES = { "/bin/sh": "" };

describe("an inspection for leaks", () => {
  test("asks the engine once for all folders, and of the base only where the image holds files", async () => {
    const files = { ...FILES, "/tmp/src/a": "", "/run/sti/env": "" };
    const engine = createFakeEngine({
      images: [
        { id: "sha256:new", tags: ["new"], files },
        { id: "sha256:base", tags: ["base"], files: { ...FILES, "/tmp/src/b": "" } },
      ],
    });
    let names = 0;
    const search = {
      image: "sha256:new",
      base: "sha256:base",
      folders: ["/tmp/src", "/run/sti", "/tmp/artifacts"],
      newName: () => `name-${++names}`,
      onLeft: () => {},
    };
    expect(await findLeak(engine, search)).toEqual(["/run/sti"]);
    expect(engine.count("holdsFiles")).toBe(3 + 2);
    expect(await findLeak(engine, { ...search, folders: ["/tmp/artifacts"] })).toEqual([]);
    expect([engine.count("holdsFiles"), names]).toEqual([3 + 2 + 1, 3]);
    expect(engine.state.containers.size).toBe(0);
    expect(engine.count("runContainer")).toBe(0);
  });

  test("removes its container when the engine fails", async () => {
    const fake = createFakeEngine({ images: [{ id: "sha256:builder", tags: [], files: FILES }] });
    const engine: Engine = {
      ...fake,
      holdsFiles: async () => {
        throw new Error("cut");
      },
    };
    const image = "sha256:builder";
    const search = { image, base: image, folders: ["/tmp/src"], newName: () => "one", onLeft: () => {} };
    await expect(findLeak(engine, search)).rejects.toThrow("cut");
    expect(fake.state.containers.size).toBe(0);
  });
});
