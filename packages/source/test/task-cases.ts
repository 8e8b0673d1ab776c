// Files of Nx and Turborepo, the packages that they bring beside "app", and the reason of the first.
import type { Tree } from "./temp-folder.ts";

export const TASK_CASES: readonly (readonly [
  title: string,
  files: Tree,
  brought: readonly string[],
  reason: string,
])[] = [
  [
    "implicitDependencies of project.json",
    { "packages/app/project.json": '{ "implicitDependencies": ["gen", "!other"] }' },
    ["gen"],
    "implicitDependencies of packages/app/project.json",
  ],
  [
    "implicitDependencies by the name of an Nx project",
    {
      "packages/app/project.json": '{ "implicitDependencies": ["generator"] }',
      "packages/gen/project.json": '{ "name": "generator" }',
    },
    ["gen"],
    "implicitDependencies of packages/app/project.json",
  ],
  [
    "implicitDependencies in package.json, by a pattern",
    { "packages/app/package.json": '{ "name": "app", "nx": { "implicitDependencies": ["shared-*"] } }' },
    ["shared-a", "shared-b"],
    "implicitDependencies of packages/app/package.json",
  ],
  [
    "projects of a target",
    {
      "packages/app/project.json":
        '{ "targets": { "build": { "dependsOn": ["^build", { "projects": ["gen"], "target": "build" }] } } }',
    },
    ["gen"],
    "dependsOn of packages/app/project.json",
  ],
  [
    "dependsOn of a package's turbo.json",
    { "packages/app/turbo.json": '{ "tasks": { "build": { "dependsOn": ["^build", "gen#build"] } } }' },
    ["gen"],
    "dependsOn of packages/app/turbo.json",
  ],
  [
    "dependsOn of the root's turbo.json, for the app alone",
    {
      "turbo.json": `{
  // With comments, and commas at the ends.
  "tasks": { "app#build": { "dependsOn": ["gen#build", "//#root"] }, "lib#build": { "dependsOn": ["other#build"] }, },
}`,
    },
    ["gen"],
    "dependsOn of turbo.json",
  ],
  [
    "dependsOn of a package that it brought",
    {
      "turbo.jsonc": '{ "tasks": { "gen#build": { "dependsOn": ["lib#build"] } } }',
      "packages/app/turbo.jsonc": '{ "tasks": { "build": { "dependsOn": ["gen#build"] } } }',
    },
    ["gen", "lib"],
    "dependsOn of packages/app/turbo.jsonc",
  ],
];
