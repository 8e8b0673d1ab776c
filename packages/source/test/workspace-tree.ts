// One workspace as each package manager wants it, and the lockfiles that these made of it (test/lockfiles/README.md).
import { readFileSync } from "node:fs";
import type { Tree } from "./temp-folder.ts";

export const MANAGERS = ["npm", "pnpm", "pnpm8", "yarn1", "yarn4", "bun"] as const;
export type Manager = (typeof MANAGERS)[number];

/**
 * `before`: api and shared, on which it depends; web and tool, which have nothing to do with api; the root links to tool.
 * `after`: web depends on other things, some of which api has, too.
 * `api`: without web and tool.
 */
export type State = "before" | "after" | "api";

const LOCKFILE: Readonly<Record<Manager, string>> = {
  npm: "package-lock.json",
  pnpm: "pnpm-lock.yaml",
  pnpm8: "pnpm-lock.yaml",
  yarn1: "yarn.lock",
  yarn4: "yarn.lock",
  bun: "bun.lock",
};

export function lockfileName(manager: Manager): string {
  return LOCKFILE[manager];
}

export function readLockfile(manager: Manager, state: State): string {
  return readFileSync(
    new URL(`lockfiles/${manager}/${state}/${lockfileName(manager)}`, import.meta.url),
    "utf8",
  );
}

/** Manifests and a source file each. */
export function workspaceTree(manager: Manager, state: State): Record<string, string> {
  const isPnpm = manager.startsWith("pnpm");
  const local = (range: string) =>
    isPnpm || ["yarn4", "bun"].includes(manager) ? `workspace:${range}` : "1.0.0";
  const catalog = (range: string) => (manager === "pnpm" ? "catalog:" : range);
  const peers = isPnpm
    ? {}
    : { peerDependencies: { react: "*" }, peerDependenciesMeta: { react: { optional: true } } };
  const version = "1.0.0";
  const manifests: Record<string, object> = {
    "package.json": {
      name: "acme",
      version,
      private: true,
      ...(isPnpm ? {} : { workspaces: ["packages/*"] }),
      devDependencies: { ...(state === "api" ? {} : { "@acme/tool": local("*") }), ms: "2.1.3" },
    },
    "packages/api/package.json": {
      name: "@acme/api",
      version,
      dependencies: {
        "@acme/shared": local("*"),
        "old-isarray": "npm:isarray@1.0.0",
        once: catalog("^1.4.0"),
      },
      optionalDependencies: { "is-number": "7.0.0" },
      devDependencies: { typescript: "5.4.5" },
    },
    "packages/shared/package.json": {
      name: "@acme/shared",
      version,
      main: "index.js",
      dependencies: { inherits: "^2.0.4" },
      devDependencies: { isarray: "1.0.0" },
      ...peers,
    },
  };
  if (state !== "api") {
    const other =
      state === "before"
        ? { "left-pad": catalog("1.3.0") }
        : { inherits: "2.0.4", "is-number": "7.0.0", ms: "2.0.0", typescript: "5.4.5" };
    manifests["packages/web/package.json"] = {
      name: "@acme/web",
      version,
      dependencies: {
        "@acme/shared": local("^"),
        debug: "2.6.9",
        isarray: "2.0.5",
        once: "1.3.3",
        ...(isPnpm ? {} : { react: "18.2.0" }),
        ...other,
      },
    };
    manifests["packages/tool/package.json"] = {
      name: "@acme/tool",
      version,
      dependencies: { "@acme/web": local("*"), typescript: "5.3.3" },
    };
  }
  const tree: Record<string, string> = {};
  for (const [file, manifest] of Object.entries(manifests)) {
    tree[file] = `${JSON.stringify(manifest, undefined, 2)}\n`;
    if (file !== "package.json") tree[file.replace("package.json", "index.js")] = `// ${file}\n`;
  }
  if (isPnpm) {
    const entries = manager === "pnpm" ? "catalog:\n  once: ^1.4.0\n  left-pad: 1.3.0\n" : "";
    tree["pnpm-workspace.yaml"] = `packages:\n  - packages/*\n${entries}`;
  }
  return tree;
}

/** All of it, with the lockfile. */
export function wholeTree(manager: Manager, state: State): Tree {
  return { ...workspaceTree(manager, state), [lockfileName(manager)]: readLockfile(manager, state) };
}
