// Each setting and each field of a manifest that names a file, with a workspace of two packages, of which the app is one.
import type { Tree } from "./temp-folder.ts";

export interface NamingField {
  readonly manager: "npm" | "pnpm" | "yarn 1" | "yarn 4" | "bun";
  readonly field: string;
  /** File that names it. */
  readonly file: string;
  /** `path`: as seen from the root, begins with "./", "../" or "${". */
  readonly write: (path: string) => Tree;
  /** "optional": the file need not be there; "program": a path that begins with a variable is none. */
  readonly kind?: "optional" | "program";
}

const json = (value: object) => JSON.stringify(value, undefined, 2);
const ROOT = { name: "root", workspaces: ["packages/*"] };

function line(
  manager: NamingField["manager"],
  file: string,
  text: string,
  kind?: NamingField["kind"],
): NamingField {
  const field = text.replaceAll("\n", " ").replace("PATH", "…");
  const write = (path: string) => ({ [file]: `# settings\n${text.replace("PATH", path)}\n` });
  return { manager, field, file, write, ...(kind === undefined ? {} : { kind }) };
}

/** `fields`: of the root's manifest. */
function root(manager: NamingField["manager"], field: string, fields: (path: string) => object): NamingField {
  return {
    manager,
    field,
    file: "package.json",
    write: (path) => ({ "package.json": json({ ...ROOT, ...fields(path) }) }),
  };
}

/** A dependency of the app, whose paths are relative to its folder. */
function dependency(
  manager: NamingField["manager"],
  protocol: string,
  { end = "", kind }: { readonly end?: string; readonly kind?: "program" } = {},
): NamingField {
  const place = (path: string) => (path.startsWith(".") ? `../../${path.replace(/^\.\//, "")}` : path);
  return {
    manager,
    field: `dependency ${protocol}…`,
    file: "packages/app/package.json",
    write: (path) => ({
      "packages/app/package.json": json({
        name: "app",
        dependencies: { dep: `${protocol}${place(path)}${end}` },
      }),
    }),
    ...(kind === undefined ? {} : { kind }),
  };
}

export const NAMING_FIELDS: readonly NamingField[] = [
  line("npm", ".npmrc", "cafile=PATH"),
  line("npm", ".npmrc", 'cafile = "PATH"'),
  line("npm", ".npmrc", "//registry.example.com/:certfile=PATH"),
  line("npm", ".npmrc", "//registry.example.com/:keyfile=PATH"),
  line("npm", ".npmrc", "userconfig=PATH", "optional"),
  line("npm", ".npmrc", "globalconfig=PATH", "optional"),
  line("npm", ".npmrc", "script-shell=PATH", "program"),
  line("npm", ".npmrc", "node-options=--no-warnings --require=PATH", "program"),
  dependency("npm", "file:"),
  dependency("npm", "", { kind: "program" }),
  root("npm", "overrides", (path) => ({ overrides: { dep: `file:${path}` } })),
  root("npm", "overrides in others", (path) => ({ overrides: { a: { b: { ".": `file:${path}` } } } })),
  line("pnpm", ".npmrc", "pnpmfile=PATH"),
  line("pnpm", ".npmrc", "global-pnpmfile=PATH"),
  line("pnpm", ".npmrc", "cafile=PATH"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\npnpmfile: PATH"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\npnpmfile:\n  - PATH"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\nglobalPnpmfile: PATH"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\ncafile: PATH"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\ncertfile: PATH"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\nkeyfile: PATH"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\nnpmrcAuthFile: PATH", "optional"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\nscriptShell: PATH", "program"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\nnodeOptions: '-r PATH'", "program"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\npatchedDependencies:\n  dep@1.0.0: PATH"),
  line("pnpm", "pnpm-workspace.yaml", "packages: [packages/*]\npatchedDependencies: { dep: 'PATH' }"),
  root("pnpm", "pnpm.patchedDependencies", (path) => ({
    pnpm: { patchedDependencies: { "dep@1.0.0": path } },
  })),
  root("pnpm", "pnpm.overrides", (path) => ({ pnpm: { overrides: { "a>b": `file:${path}` } } })),
  root("pnpm", "pnpm.packageExtensions", (path) => ({
    pnpm: { packageExtensions: { a: { dependencies: { b: `file:${path}` } } } },
  })),
  dependency("pnpm", "link:"),
  line("yarn 1", ".yarnrc", 'yarn-path "PATH"'),
  line("yarn 1", ".yarnrc", "cafile PATH"),
  line("yarn 1", ".yarnrc", '"--install.cafile" "PATH"'),
  line("yarn 1", ".yarnrc", "yarn-offline-mirror PATH", "optional"),
  line("yarn 1", ".npmrc", "yarn-path=PATH"),
  line("yarn 1", ".npmrc", "yarn-offline-mirror=PATH", "optional"),
  root("yarn 1", "resolutions", (path) => ({ resolutions: { "**/dep": `file:${path}` } })),
  line("yarn 4", ".yarnrc.yml", "yarnPath: PATH"),
  line("yarn 4", ".yarnrc.yml", "plugins:\n  - PATH"),
  line("yarn 4", ".yarnrc.yml", "plugins:\n  - path: PATH\n    spec: 'https://example.com/plugin.js'"),
  line("yarn 4", ".yarnrc.yml", "httpsCaFilePath: PATH"),
  line("yarn 4", ".yarnrc.yml", "httpsCertFilePath: PATH"),
  line("yarn 4", ".yarnrc.yml", "httpsKeyFilePath: PATH"),
  line("yarn 4", ".yarnrc.yml", "networkSettings:\n  '*.example.com':\n    httpsCaFilePath: PATH"),
  line("yarn 4", ".yarnrc.yml", "caFilePath: PATH"),
  line("yarn 4", ".yarnrc.yml", "injectEnvironmentFiles:\n  - PATH"),
  line("yarn 4", ".yarnrc.yml", "injectEnvironmentFiles: ['PATH?']", "optional"),
  line("yarn 4", ".yarnrc.yml", "constraintsPath: PATH", "optional"),
  line("yarn 4", ".yarnrc.yml", "patchFolder: PATH", "optional"),
  root("yarn 4", "resolutions", (path) => ({ resolutions: { "a/dep": `patch:dep@npm%3A1.0.0#${path}` } })),
  root("yarn 4", "resolutions portal:", (path) => ({ resolutions: { dep: `portal:${path}` } })),
  dependency("yarn 4", "patch:dep@npm%3A1.0.0#"),
  dependency("yarn 4", "patch:dep@npm%3A1.0.0#optional!"),
  dependency("yarn 4", "patch:dep@npm%3A1.0.0#~builtin<compat/dep>&", { end: "::version=1.0.0" }),
  dependency("yarn 4", "portal:"),
  dependency("yarn 4", "exec:"),
  line("bun", "bunfig.toml", '[install]\ncafile = "PATH"'),
  line("bun", "bunfig.toml", 'preload = ["PATH"]', "program"),
  root("bun", "patchedDependencies", (path) => ({ patchedDependencies: { "dep@1.0.0": path } })),
];

/** The workspace with the field; `path` as seen from the root. */
export function namingTree({ write }: NamingField, path: string): Tree {
  return {
    "package.json": json(ROOT),
    "packages/app/package.json": json({ name: "app" }),
    "packages/other/package.json": json({ name: "other" }),
    ...write(path),
  };
}
