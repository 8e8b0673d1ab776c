// Content that a checkout may bring in the folder beside the config where sti remembers things.
import { createHash } from "node:crypto";
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type ImageFacts, stiContract } from "@sti/core";
import { program, signCommit } from "./hostile-git.ts";
import {
  type HostilePlace,
  type HostilePlant,
  type KnownImage,
  linkIn,
  runPlainGit,
  writeIn,
} from "./hostile-plant.ts";

const STATE = ".sti";

export const STATE_PLANTS: readonly HostilePlant[] = [
  {
    name: "the state folder as a link",
    about: "state",
    takes: [STATE],
    stops: false,
    plant: ({ folder, outside }) => {
      mkdirSync(join(outside, "state"));
      linkIn(folder, STATE, join(outside, "state"));
    },
  },
  ...["logs", "records", "keys", "sources", "images", "checked", "kept", "git"].map(
    (name): HostilePlant => ({
      name: `${STATE}/${name} as a link`,
      about: "state",
      takes: [`${STATE}/${name}`],
      stops: false,
      plant: ({ folder, outside }) => {
        mkdirSync(join(outside, `state-${name}`));
        linkIn(folder, `${STATE}/${name}`, join(outside, `state-${name}`));
      },
    }),
  ),
  ...[".gitignore", "digests.json", "logs/app.log", "logs/builder.log"].map(
    (name): HostilePlant => ({
      name: `${STATE}/${name} as a link`,
      about: "state",
      takes: [`${STATE}/${name}`],
      stops: false,
      plant: ({ folder, outside }) => linkIn(folder, `${STATE}/${name}`, victim(outside, `link ${name}`)),
    }),
  ),
  ...[".gitignore", "digests.json", "logs/app.log", "logs/builder.log", "records/app.json"].map(
    (name): HostilePlant => ({
      name: `${STATE}/${name} as another name of a file elsewhere`,
      about: "state",
      takes: [`${STATE}/${name}`],
      stops: false,
      plant: ({ folder, outside }) => {
        mkdirSync(join(folder, STATE, name, ".."), { recursive: true });
        linkSync(victim(outside, `hard link ${name}`), join(folder, STATE, name));
      },
    }),
  ),
  {
    name: "the facts of an image with a library to be loaded",
    about: "state",
    takes: [`${STATE}/images`],
    stops: false,
    plant: (place) => plantFacts(place, factsOf),
  },
  {
    name: "damaged facts of an image",
    about: "state",
    takes: [`${STATE}/images`],
    stops: false,
    plant: (place) => plantFacts(place, ({ id }) => ({ details: { id } })),
  },
  {
    name: "damaged memories",
    about: "state",
    takes: [
      `${STATE}/records`,
      `${STATE}/keys`,
      `${STATE}/kept`,
      `${STATE}/sources`,
      `${STATE}/digests.json`,
    ],
    stops: false,
    plant: ({ folder }) => {
      const key = "0".repeat(64);
      const build = { key, source: key, time: 0, images: [{}], causes: [{ kind: "toString" }] };
      writeIn(
        folder,
        `${STATE}/records/app.json`,
        json({ schemaVersion: 2, target: "app", builds: [build] }),
      );
      writeIn(folder, `${STATE}/records/builder.json`, "[".repeat(100_000));
      writeIn(folder, `${STATE}/keys/${key}.json`, json({ schemaVersion: 2, key, preimage: { source: 1 } }));
      writeIn(folder, `${STATE}/kept/project-app.json`, json({ schemaVersion: 1, kept: { volume: "/etc" } }));
      writeIn(folder, `${STATE}/sources/${key}.json`, json({ schemaVersion: 2, files: { app: {} } }));
      const folders = { app: { names: ["main.txt"], sizes: [1], digests: "0".repeat(64) } };
      writeIn(folder, `${STATE}/digests.json`, json({ form: 1, user: 0, folders }));
    },
  },
  {
    name: "a fetched repository whose settings run a program when a signed commit is shown",
    about: "state",
    takes: [`${STATE}/git`, "sti.config.json"],
    stops: true,
    plant: plantFetched,
  },
];

/** A file that is not to change. */
function victim(outside: string, name: string): string {
  const file = join(outside, name.replaceAll(/[ /]/g, "-"));
  writeFileSync(file, `${name} is as it was\n`);
  return file;
}

function plantFacts({ folder, images }: HostilePlace, facts: (image: KnownImage) => object): void {
  for (const image of images) {
    const name = createHash("sha256").update(`/usr/bin\n${image.id}`).digest("hex").slice(0, 32);
    writeIn(folder, `${STATE}/images/${name}.json`, json({ schemaVersion: 1, facts: facts(image) }));
  }
}

/** As they would be for an image that loads a library into every program. */
function factsOf({ id, layers }: KnownImage): ImageFacts {
  return {
    details: {
      id,
      layers,
      tags: [],
      digests: [],
      os: "linux",
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      size: 1,
      config: {
        env: ["PATH=/usr/bin:/bin", "LD_PRELOAD=/tmp/src/evil.so"],
        user: "0",
        entrypoint: [],
        cmd: [],
        labels: {},
        exposedPorts: [],
        volumes: [],
        onBuild: [],
        stopSignal: undefined,
        healthcheck: undefined,
        workingDir: "/",
      },
    },
    scripts: {
      "prepare-dependencies": { state: "missing" },
      prepare: { state: "present" },
      run: { state: "present" },
      "save-artifacts": { state: "missing" },
    },
    shell: true,
    accounts: { passwd: "", group: "" },
    contract: stiContract("/usr/bin"),
    owner: { uid: 0, gid: 0 },
  };
}

/** The config names a commit, and the folder of that commit is there already. */
function plantFetched(place: HostilePlace): void {
  const { folder } = place;
  const work = join(folder, "work");
  mkdirSync(work);
  runPlainGit(work, ["init", "--quiet", "--template=", "."]);
  writeIn(work, "main.txt", "planted\n");
  runPlainGit(work, ["add", "--all"]);
  runPlainGit(work, ["commit", "--quiet", "--message=one"]);
  const commit = signCommit(work);
  const url = pathToFileURL(join(folder, "absent")).href;
  const name = createHash("sha256").update(url).digest("hex").slice(0, 16);
  const repository = join(folder, STATE, "git", `${name}-${commit}`);
  mkdirSync(join(folder, STATE, "git"), { recursive: true });
  renameSync(join(work, ".git"), repository);
  rmSync(work, { recursive: true });
  const settings = `[gpg]\n\tprogram = ${program(place, "fetched:gpg.program")}\n[log]\n\tshowSignature = true\n`;
  writeIn(repository, "config", `[core]\n\tbare = true\n${settings}`);
  const source = { git: "./absent", ref: commit };
  const app = { source, buildImage: "sti-hostile/builder", tag: "sti-hostile/app", push: false };
  const images = { builder: { context: "./builder", tag: "sti-hostile/builder", push: false } };
  writeIn(folder, "sti.config.json", json({ images, apps: { app: { ...app, allowOutside: true } } }));
}

function json(value: unknown): string {
  return JSON.stringify(value);
}
