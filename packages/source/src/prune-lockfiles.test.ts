import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { MANAGERS, type Manager, readLockfile, type State, workspaceTree } from "../test/workspace-tree.ts";
import type { KeptPackages, LockfilePruner } from "./lockfile-pruner.ts";
import { readBerryLock } from "./prune-berry-lock.ts";
import { readNpmLock } from "./prune-npm-lock.ts";
import { readPnpmLock } from "./prune-pnpm-lock.ts";
import { readYarnLock } from "./prune-yarn-lock.ts";
import { parseManifest } from "./workspace-manifest.ts";

const READERS: Readonly<Record<Manager, (text: string) => LockfilePruner | undefined>> = {
  npm: readNpmLock,
  pnpm: readPnpmLock,
  pnpm8: readPnpmLock,
  yarn1: readYarnLock,
  yarn4: readBerryLock,
};

const ALL = ["", "packages/api", "packages/shared", "packages/tool", "packages/web"];
const OF_API = ALL.slice(0, 3);

function keep(manager: Manager, folders: readonly string[], state: State = "before"): KeptPackages {
  const tree = workspaceTree(manager, state);
  const packages = folders.map((folder) => {
    const parsed = parseManifest(tree[folder === "" ? "package.json" : `${folder}/package.json`] ?? "");
    if ("problem" in parsed) throw new Error(parsed.problem);
    return { folder, manifest: parsed.manifest };
  });
  return { packages, left: new Set(ALL.filter((folder) => !folders.includes(folder))) };
}

function prune(manager: Manager, text: string, kept: KeptPackages): string {
  const pruned = READERS[manager](text)?.(kept);
  if (pruned === undefined) throw new Error("kept whole");
  return pruned;
}

describe.each(MANAGERS)("a lockfile of %s", (manager) => {
  const before = readLockfile(manager, "before");
  // Yarn compares letter by letter; the others are free to order their keys. JSON is YAML.
  const comparable = (text: string) => (manager.startsWith("yarn") ? text : load(text));

  test("is cut down to what its own tool writes for these packages alone", () => {
    const pruned = prune(manager, before, keep(manager, OF_API));
    expect(comparable(pruned)).toEqual(comparable(readLockfile(manager, "api")));
  });

  test("is the same whatever other packages of the workspace depend on", () => {
    const after = readLockfile(manager, "after");
    expect(after).not.toBe(before);
    expect(prune(manager, after, keep(manager, OF_API, "after"))).toBe(
      prune(manager, before, keep(manager, OF_API)),
    );
    const withWeb = ["", "packages/shared", "packages/web"];
    expect(prune(manager, after, keep(manager, withWeb, "after"))).not.toBe(
      prune(manager, before, keep(manager, withWeb)),
    );
  });

  test("has everything when every package stays, and pruning it again changes nothing", () => {
    const whole = prune(manager, before, keep(manager, ALL));
    expect(comparable(whole)).toEqual(comparable(before));
    const pruned = prune(manager, before, keep(manager, OF_API));
    expect(prune(manager, pruned, keep(manager, OF_API))).toBe(pruned);
  });

  test("that lacks a package's dependencies is kept whole", () => {
    expect(READERS[manager](readLockfile(manager, "api"))?.(keep(manager, ALL))).toBeUndefined();
  });

  test("of another version, or none at all, is not taken for one", () => {
    const texts = [
      "",
      "[1",
      "{}",
      "lockfileVersion: '5.4'\nimporters: {}\n",
      "lockfileVersion: '9.0'\n",
      '{ "lockfileVersion": 1, "dependencies": {} }',
      ...MANAGERS.filter((other) => READERS[other] !== READERS[manager]).map((other) =>
        readLockfile(other, "before"),
      ),
    ];
    for (const text of texts) expect(READERS[manager](text)).toBeUndefined();
  });
});
