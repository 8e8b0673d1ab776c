// The hostile-repository kit: checkouts of a small project in which all is planted that links, git and files allow, and
// a look at what is beside them. Whoever builds them must end, run nothing on the host, and change nothing outside.
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { FILE_PLANTS, NAME_PLANTS } from "./hostile-files.ts";
import { GIT_PLANTS } from "./hostile-git.ts";
import { type HostilePlace, type HostilePlant, type KnownImage, writeIn } from "./hostile-plant.ts";
import { STATE_PLANTS } from "./hostile-state.ts";

export const HOSTILE_PLANTS: readonly HostilePlant[] = [
  ...STATE_PLANTS,
  ...GIT_PLANTS,
  ...FILE_PLANTS,
  ...NAME_PLANTS,
];

export interface HostileCheckout {
  /** Absolute; the project's config is in it. */
  readonly folder: string;
  readonly plants: readonly HostilePlant[];
}

export interface PlantOptions {
  readonly images?: readonly KnownImage[];
  readonly plants?: readonly HostilePlant[];
}

/** Plants into as few checkouts below `root` as there have to be. `root`/outside must not change. */
export function plantAll(root: string, options: PlantOptions = {}): readonly HostileCheckout[] {
  const { images = [], plants = HOSTILE_PLANTS } = options;
  return groupPlants(plants).map((group, index) => {
    const folder = join(root, `checkout-${index + 1}`);
    const outside = join(root, "outside", `of-${index + 1}`);
    mkdirSync(outside, { recursive: true });
    writeProject(folder);
    const place: HostilePlace = { folder, outside, images, canary: (name) => canaryCommand(outside, name) };
    // Those of git commit the present files.
    const isGit = (plant: HostilePlant) => plant.about === "git";
    for (const plant of [...group].sort((one, other) => Number(isGit(one)) - Number(isGit(other)))) {
      plant.plant(place);
    }
    return { folder, plants: group };
  });
}

/** One that stops commands is alone; of the others, all that get along. */
export function groupPlants(plants: readonly HostilePlant[]): readonly (readonly HostilePlant[])[] {
  const groups: HostilePlant[][] = [];
  for (const plant of plants) {
    const fitting = groups.find(
      (group) => !plant.stops && group.every((other) => !other.stops && !overlap(plant, other)),
    );
    if (fitting === undefined) groups.push([plant]);
    else fitting.push(plant);
  }
  return groups;
}

/** Names, kinds, times, owners and contents of all that a folder has, as text to be compared. */
export function describeTree(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .sort()
    .map((name) => {
      const path = join(folder, name);
      const state = lstatSync(path);
      const kind = state.isFile() ? digestOf(path) : state.isSymbolicLink() ? readlinkSync(path) : "folder";
      // A folder's time changes with its entries, which are here anyhow.
      return `${name} ${state.mode.toString(8)} ${state.uid} ${state.isDirectory() ? "" : state.mtimeMs} ${kind}`;
    });
}

function overlap(one: HostilePlant, other: HostilePlant): boolean {
  return one.takes.some((a) =>
    other.takes.some((b) => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`)),
  );
}

function canaryCommand(outside: string, name: string): string {
  return `touch '${join(outside, `RAN-${name.replaceAll(/[^a-zA-Z.-]/g, "-")}`)}'`;
}

/** Prints orders to a terminal and a CI, as names of files do. */
const SCRIPT = String.raw`#!/bin/sh
printf '::error::owned\n\033]0;owned\007##[error]owned\n\033[2J\r'
`;

function writeProject(folder: string): void {
  const config = {
    images: { builder: { context: "./builder", tag: "sti-hostile/builder", push: false } },
    apps: {
      app: {
        source: "./app",
        buildImage: "sti-hostile/builder",
        tag: "sti-hostile/app",
        method: "container",
        push: false,
      },
    },
  };
  writeIn(folder, "sti.config.json", JSON.stringify(config, null, 2));
  writeIn(
    folder,
    "builder/Dockerfile",
    "FROM debian:bookworm-slim\nCOPY --chmod=755 prepare run usage /usr/bin/\n",
  );
  writeIn(folder, "builder/prepare", `${SCRIPT}mkdir -p /srv && cp -r /tmp/src /srv/app\n`, 0o755);
  writeIn(folder, "builder/run", "#!/bin/sh\n", 0o755);
  writeIn(folder, "builder/usage", SCRIPT, 0o755);
  writeIn(folder, "app/main.txt", "main\n");
}

function digestOf(file: string): string {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}
