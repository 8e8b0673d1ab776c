// Workspaces of nine packages, a builder that installs them with their own package managers in a dependency layer, and
// an edit of each kind of input.
import { filesOf, MANAGERS, type Manager } from "./frozen-workspace.ts";

/** What an edit makes of the app: nothing, a build on the same dependency layer, or a build on another one. */
export type Outcome = "up to date" | "dependencies reused" | "dependencies installed";

export interface Edit {
  readonly title: string;
  readonly files: Readonly<Record<string, string>>;
  /** Arguments of the package manager that bring the lockfile up to date; left out: it stays. */
  readonly lock?: readonly string[];
  readonly outcome: Outcome;
}

export interface EditedWorkspace {
  readonly name: string;
  readonly manager: Manager;
  /** The npm package of the manager, and its script in there. */
  readonly from: string;
  readonly script: string;
  readonly files: Readonly<Record<string, string>>;
  readonly edits: readonly Edit[];
}

/** A patch of once 1.4.0 that changes what it logs; the number is a line that only the patch has. */
const patchOf = (line: number, prefix = "") => `--- a/${prefix}once.js
+++ b/${prefix}once.js
@@ -1,3 +1,4 @@
+// patched ${line}
 var wrappy = require('wrappy')
 module.exports = wrappy(once)
 module.exports.strict = wrappy(onceStrict)
`;

interface Parts {
  readonly name: string;
  readonly from: string;
  readonly script: string;
  /** Fields of the root's manifest, and files, for patches of once. */
  readonly root?: object;
  readonly settings: { readonly file: string; readonly text: string };
  readonly patch: { readonly file: string; readonly text: (line: number) => string };
  /** Takes another version of ms that is within its range. */
  readonly update: readonly string[];
}

const PATCH = "node_modules/once/";
const PARTS: readonly Parts[] = [
  {
    name: "npm",
    from: "npm@11.4.2",
    script: "bin/npm-cli.js",
    root: { scripts: { postinstall: "patch-package" } },
    settings: { file: ".npmrc", text: "" },
    patch: {
      file: "patches/once+1.4.0.patch",
      text: (line) => `diff --git a/${PATCH}once.js b/${PATCH}once.js\n${patchOf(line, PATCH)}`,
    },
    update: ["update", "ms", "--package-lock-only", "--no-audit", "--no-fund", "--ignore-scripts"],
  },
  {
    name: "pnpm 10.34.8",
    from: "pnpm@10.34.8",
    script: "bin/pnpm.cjs",
    settings: {
      file: "pnpm-workspace.yaml",
      text: "packages: [packages/*]\ncatalog:\n  once: 1.4.0\n  left-pad: 1.3.0\npatchedDependencies:\n  once@1.4.0: patches/once.patch\n",
    },
    patch: { file: "patches/once.patch", text: (line) => `diff --git a/once.js b/once.js\n${patchOf(line)}` },
    update: ["update", "ms", "-r", "--lockfile-only"],
  },
  {
    name: "yarn 4",
    from: "@yarnpkg/cli-dist@4.18.1",
    script: "bin/yarn.js",
    root: { resolutions: { once: "patch:once@npm%3A1.4.0#~/.yarn/patches/once.patch" } },
    settings: {
      file: ".yarnrc.yml",
      text: "nodeLinker: node-modules\nenableGlobalCache: true\nnpmMinimalAgeGate: 0\ncatalog:\n  once: 1.4.0\n  left-pad: 1.3.0\n",
    },
    patch: {
      file: ".yarn/patches/once.patch",
      text: (line) => `diff --git a/once.js b/once.js\n${patchOf(line)}`,
    },
    update: ["set", "resolution", "ms@npm:^2.1.2", "npm:2.1.2"],
  },
];

export const EDITED: readonly EditedWorkspace[] = PARTS.map(editedWorkspace);

function editedWorkspace({ from, name, patch, root, script, settings, update }: Parts): EditedWorkspace {
  const manager = MANAGERS.find((one) => one.name === name);
  if (manager === undefined) throw new Error(`there is no ${name}`);
  const whole = filesOf(manager);
  const change = (file: string, fields: object) => {
    const before = JSON.parse(whole[file] ?? "{}") as Record<string, object>;
    const merged = Object.entries(fields).map(([field, value]) => [field, { ...before[field], ...value }]);
    return { [file]: JSON.stringify({ ...before, ...Object.fromEntries(merged) }, undefined, 2) };
  };
  const lib = "packages/lib/package.json";
  const devDependencies = name === "npm" ? { "patch-package": "8.0.1" } : {};
  const { lock } = manager;
  return {
    name,
    manager,
    from,
    script,
    files: {
      ...whole,
      ...change("package.json", { ...root, devDependencies }),
      ...change(lib, { dependencies: { ms: "2.1.2" } }),
      [settings.file]: settings.text,
      [patch.file]: patch.text(1),
      "packages/app/index.js":
        'const { readFileSync } = require("node:fs");\nconsole.log(require("@acme/lib"), readFileSync(require.resolve("once"), "utf8").split("\\n")[0]);\n',
    },
    edits: [
      { title: "source of the app", files: { "packages/app/extra.js": "1" }, outcome: "dependencies reused" },
      {
        title: "source of a package that it uses",
        files: { "packages/lib/index.js": 'module.exports = "edited lib";\n' },
        outcome: "dependencies reused",
      },
      {
        title: "source of a package that it does not use",
        files: { "packages/stranger/index.js": "1", "packages/conf/index.js": "1" },
        outcome: "up to date",
      },
      {
        title: "manifest and lockfile of a package that it does not use",
        files: change("packages/stranger/package.json", { dependencies: { ms: "2.1.1" } }),
        lock,
        outcome: "up to date",
      },
      {
        title: "manifest",
        files: change(lib, { dependencies: { ms: "^2.1.2" } }),
        lock,
        outcome: "dependencies installed",
      },
      { title: "lockfile", files: {}, lock: update, outcome: "dependencies installed" },
      {
        title: "settings",
        files: { [settings.file]: `${settings.text}# edited\n` },
        outcome: "dependencies installed",
      },
      { title: "patch", files: { [patch.file]: patch.text(2) }, lock, outcome: "dependencies installed" },
    ],
  };
}

/** The builder, without Node and the package managers, which the test copies to "builder/node" and "builder/managers". */
export const BUILDER = {
  "builder/Dockerfile": [
    "FROM debian:bookworm-slim",
    "COPY unique /",
    "COPY node /usr/local/bin/",
    "COPY managers /opt/managers",
    "COPY prepare-dependencies prepare run /usr/bin/",
    'LABEL sti.dependencies.inputs="**/package.json package-lock.json pnpm-lock.yaml yarn.lock .npmrc .yarnrc.yml .yarn pnpm-workspace.yaml tools/pnpmfile.cjs patches"',
    "",
  ].join("\n"),
  "builder/prepare-dependencies": [
    "#!/bin/sh",
    "set -e",
    "rm -rf /srv/app && cp -R /tmp/src /srv/app && cd /srv/app",
    "export HOME=/tmp/src/.home TMPDIR=/tmp/src/.home CI=1 YARN_ENABLE_TELEMETRY=0 npm_config_store_dir=/tmp/src/.home/store && mkdir $HOME",
    "if [ -e package-lock.json ]; then node /opt/managers/npm/bin/npm-cli.js ci --no-audit --no-fund",
    "elif [ -e pnpm-lock.yaml ]; then node /opt/managers/pnpm/bin/pnpm.cjs install --frozen-lockfile --package-import-method=copy",
    "else node /opt/managers/@yarnpkg/cli-dist/bin/yarn.js install --immutable; fi",
    "rm -rf node_modules/.modules.yaml node_modules/.pnpm-workspace-state* node_modules/.yarn-state.yml $HOME",
    "",
  ].join("\n"),
  "builder/prepare": "#!/bin/sh\nset -e\ncp -R /tmp/src/. /srv/app/\nnode /srv/app/packages/app\n",
  "builder/run": "#!/bin/sh\nexec node /srv/app/packages/app\n",
};
