// Package managers, and their commands to install a tarball and to run a program of the project.
import type { PackageManager } from "@sti/testing/package-managers";

export interface Manager extends PackageManager {
  /** Name of the app that is built, and of its image. */
  readonly id: string;
  /** Before the path of the tarball. */
  readonly add: readonly string[];
  /** Before the program and its arguments. */
  readonly exec: readonly string[];
  /** Files of the project from the start. */
  readonly files?: Readonly<Record<string, string>>;
  /** False if there is no node_modules. */
  readonly hasFolder?: false;
}

const YARN_4 = {
  from: "@yarnpkg/cli-dist@4.18.1",
  program: "bin/yarn.js",
  exec: ["run"],
  add: ["add", "--dev"],
};

export const MANAGERS: readonly Manager[] = [
  {
    name: "npm",
    id: "npm",
    from: undefined,
    program: "npm",
    add: ["install", "--save-dev", "--no-audit", "--no-fund"],
    exec: ["exec", "--no", "--"],
  },
  {
    name: "pnpm",
    id: "pnpm",
    from: "pnpm@10.34.8",
    program: "bin/pnpm.cjs",
    add: ["add", "--save-dev"],
    exec: ["exec"],
  },
  {
    name: "yarn 1",
    id: "yarn1",
    from: "yarn@1.22.22",
    program: "bin/yarn.js",
    add: ["add", "--dev"],
    exec: ["--silent", "run"],
  },
  {
    ...YARN_4,
    name: "yarn 4 with node_modules",
    id: "yarn4",
    files: { "yarn.lock": "", ".yarnrc.yml": "nodeLinker: node-modules\n" },
  },
  { ...YARN_4, name: "yarn 4 with Plug'n'Play", id: "yarnpnp", files: { "yarn.lock": "" }, hasFolder: false },
];
