// Workspaces with two patches, of which an app needs one, as each package manager has them.
import type { Manager } from "./workspace-tree.ts";

export interface PatchedWorkspace {
  readonly manager: Manager;
  /** File with the names of the patches. */
  readonly file: string;
  /** Its text. Patches of once, which the app has, and of left-pad, which it has not. */
  readonly write: (text: string) => string;
  readonly patches: readonly [once: string, leftPad: string];
  /** Text of the lockfile, which repeats them. */
  readonly lock: (text: string) => string;
}

const PATCHES = ["patches/once.patch", "patches/left-pad.patch"] as const;
const NAMED = { "once@1.4.0": PATCHES[0], "left-pad": PATCHES[1] };
const inManifest = (fields: object) => (text: string) => JSON.stringify({ ...JSON.parse(text), ...fields });
const yarnPatch = (name: string, version: string) =>
  `patch:${name}@npm%3A${version}#~/.yarn/patches/${name}.patch`;

export const PATCHED: readonly PatchedWorkspace[] = [
  ...(["pnpm", "pnpm8"] as const).flatMap((manager) => {
    const lock = (text: string) =>
      `${text}\npatchedDependencies:\n  once@1.4.0: { hash: a, path: ${PATCHES[0]} }\n  left-pad: { hash: b, path: ${PATCHES[1]} }\n`;
    return [
      {
        manager,
        file: "pnpm-workspace.yaml",
        write: (text: string) =>
          `${text}patchedDependencies:\n  once@1.4.0: ${PATCHES[0]}\n  left-pad: ${PATCHES[1]}\n`,
        patches: PATCHES,
        lock,
      },
      {
        manager,
        file: "package.json",
        write: inManifest({ pnpm: { patchedDependencies: NAMED } }),
        patches: PATCHES,
        lock,
      },
    ];
  }),
  {
    manager: "bun",
    file: "package.json",
    write: inManifest({ patchedDependencies: NAMED }),
    patches: PATCHES,
    lock: (text) =>
      text.replace('  "packages": {', `  "patchedDependencies": ${JSON.stringify(NAMED)},\n  "packages": {`),
  },
  {
    manager: "yarn4",
    file: "package.json",
    write: inManifest({
      resolutions: { once: yarnPatch("once", "1.4.0"), "left-pad": yarnPatch("left-pad", "1.3.0") },
    }),
    patches: [".yarn/patches/once.patch", ".yarn/patches/left-pad.patch"],
    lock: (text) =>
      [
        text.trimEnd(),
        ...[
          ["once", "1.4.0"],
          ["left-pad", "1.3.0"],
        ].map(
          ([name = "", version = ""]) =>
            `"${name}@${yarnPatch(name, version)}":\n  version: ${version}\n  resolution: "${name}@${yarnPatch(name, version)}::version=${version}&hash=abc"\n  languageName: node\n  linkType: hard\n\n"${name}@npm:${version}":\n  version: ${version}\n  resolution: "${name}@npm:${version}"\n  languageName: node\n  linkType: hard`,
        ),
      ]
        .join("\n\n")
        .concat("\n"),
  },
];
