import { appTarget } from "@sti/testing/definitions";
import { describe, expect, test } from "vitest";
import type { SourceOrigin, SourceSnapshot } from "../source/source.ts";
import { nameFiles } from "./name-files.ts";

const FOLDER: SourceOrigin = { kind: "folder", root: "/project/x" };

function snapshotOf(origin: SourceOrigin, ...paths: string[]): SourceSnapshot {
  const entries = paths.map((path) => ({ kind: "symlink" as const, path, linkTarget: "x" }));
  return { origin, digest: "d", size: 1, entries };
}

function name(source: unknown, snapshot: SourceSnapshot, path: string): string {
  const app = { source, buildImage: "debian", tag: "acme/web", allowOutside: true };
  return nameFiles(appTarget("web", app), snapshot)(path);
}

describe("a file of a source is called", () => {
  test.each([
    ["./services/web", "services/web/src/x.ts"],
    ["services/web/", "services/web/src/x.ts"],
    [".", "src/x.ts"],
    ["../web", "../web/src/x.ts"],
  ])("by its path from the config's folder, in %s", (source, called) => {
    expect(name(source, snapshotOf(FOLDER), "src/x.ts")).toBe(called);
  });

  test("by its path inside the source where that is an archive or has no place in the project", () => {
    const archive: SourceOrigin = { kind: "archive", file: "/project/a.zip", format: "zip" };
    expect(name("a.zip", snapshotOf(archive), "src/x.ts")).toBe("src/x.ts");
    expect(name("/elsewhere/web", snapshotOf(FOLDER), "src/x.ts")).toBe("src/x.ts");
  });

  test("as the config calls it, where it is the source", () => {
    expect(
      name("./build/server", snapshotOf({ kind: "file", file: "/project/build/server" }), "server"),
    ).toBe("build/server");
  });

  test("by the part that it comes from", () => {
    const source = [{ from: "web" }, { from: "packages/shared", to: "shared" }, { from: "more" }];
    const parts: SourceOrigin = {
      kind: "parts",
      parts: [
        { to: "", snapshot: snapshotOf(FOLDER, "a") },
        { to: "shared", snapshot: snapshotOf(FOLDER, "x.ts") },
        { to: "", snapshot: snapshotOf(FOLDER, "b") },
      ],
    };
    const called = (path: string) => name(source, snapshotOf(parts), path);
    expect(called("shared/x.ts")).toBe("packages/shared/x.ts");
    expect(called("shared/gone.ts")).toBe("packages/shared/gone.ts");
    expect(called("a")).toBe("web/a");
    expect(called("b")).toBe("more/b");
  });
});
